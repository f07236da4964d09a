"""The truth about documents: one SQLite file, and a vector index that can always be rebuilt from it."""
