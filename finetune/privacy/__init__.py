"""Personal data and secrets in texts: found by their form, and taken out of what is learnt from."""
