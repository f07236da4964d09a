"""Documents: found, read, cut into passages, indexed, and found again. `knowledge.library.Library` is the way in."""
