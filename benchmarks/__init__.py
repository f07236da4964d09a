"""What Pilares costs and what it is worth, as ratios taken within one run: `python -m benchmarks.NAME`."""
