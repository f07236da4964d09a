"""What is kept of a person: taking it out, deleting it, and how long it is kept (docs/privacy.md)."""
