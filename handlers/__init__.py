"""The doors: each channel verifies, parses, renders and sends, by those names."""
