"""Where documents come from: each kind of source is one small class behind one protocol."""
