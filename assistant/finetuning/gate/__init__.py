"""Where the gate (`finetune.gate`) meets the models: its questions in their words, its models as served."""
