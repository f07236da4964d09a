"""Ways to answer a turn other than the grounded question, one small file each; `strategy.py` says what one is."""
