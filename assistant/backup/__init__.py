"""The home folder in one file, and back.

A backup is a .tar.gz: first `manifest.json` (versions, counts, size and SHA-256 of each member), then the members. Both
databases are as they were at one moment. What can be rebuilt from them (vector index, caches) and models stay out.

`write` makes one, `unpack` reads and verifies one, `restore` puts it in place.
"""
