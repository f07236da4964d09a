"""Fakes and conformance tests shipped with the knowledge package, for whoever adds a backend."""
