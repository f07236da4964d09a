"""Measures retrieval and answers on standard formats, in a home folder of its own that is thrown away.

`formats` reads a set, `retrieval` and `answers` run it, `metrics` and `scoring` judge, `report` shows and writes.
"""
