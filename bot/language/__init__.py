"""What a message says: normalised text, Sudachi tokens, readings, the knowledge base's own words."""
