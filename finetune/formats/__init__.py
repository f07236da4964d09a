"""Forms in which other programs write examples; one file each. A row is read by the first form that it fits.

A new form is a class with `fits` and `read` in a file of its own, and a place in
`FORMATS` (`finetune.formats.reading`).
"""
