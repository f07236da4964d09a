"""Examples, datasets, LoRA training, the gate and the adapter registry. Never imports `assistant`."""
