"""The dataset doctor: looks at examples before anything is learnt from them.

A check is a class with a `name` and `look`, one a file; `finetune.doctor.examination` runs them and sums up.
"""
