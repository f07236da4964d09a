"""Fakes shipped with the assistant, for its own tests and for whoever adds a surface."""
