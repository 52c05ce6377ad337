"""Which entry an utterance means: views of the text, one score, one decision. It knows no files and no channels."""
