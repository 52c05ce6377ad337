"""What outlives a turn: the inbox, conversations, the question log. It stands alone and is plain SQL underneath."""
