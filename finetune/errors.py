"""What can go wrong in fine-tuning.

FinetuneError
├── ExamplesInvalid     a file of examples cannot be used as it is
├── AdapterInvalid      an adapter is damaged, of another base model, or not what it says it is
└── TrainingUnavailable what training needs is not installed
"""


class FinetuneError(Exception):
    """Says what, why, and the next step."""


class ExamplesInvalid(FinetuneError):
    """A file of examples cannot be used as it is."""


class AdapterInvalid(FinetuneError):
    """An adapter is damaged, of another base model, or not what it says it is."""


class TrainingUnavailable(FinetuneError):
    """What training needs is not installed."""
