"""The figures of many users at once."""
