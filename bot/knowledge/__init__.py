"""What the bot knows: the files of knowledge/, read, checked and held."""
