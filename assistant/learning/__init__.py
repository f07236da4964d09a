"""Continuous learning: collect, check, build, train, gate, and propose or promote, on a schedule."""
