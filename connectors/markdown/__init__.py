"""Markdown for chat platforms: one syntax tree, a dialect per platform, a splitter that tears nothing."""
