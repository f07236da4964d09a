"""Taking documents in: find files, read them, store their words, then their vectors."""
