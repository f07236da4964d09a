"""Answers that a person has written and another one has approved, served when the same is asked again."""
