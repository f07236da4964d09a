"""What can go wrong in fine-tuning.

FinetuneError
├── ExamplesInvalid     a file of examples, or a set of them, cannot be used as it is
├── DatasetNotFound     no dataset, version or row of this name
├── DatasetInvalid      a dataset version is damaged, or not what its card says
├── NotWritten          something could not be written down (disk full, no rights, in use); nothing has changed
├── AdapterInvalid      an adapter is damaged, of another base model, or not what it says it is
├── AdapterUnknown      there is no adapter, version or alias of that name
├── PromotionRefused    an adapter may not be served like that: its gate, or who may read what it learnt from
├── RegistryUnusable    the registry cannot be read or written: disk full, damaged, in use
├── RunNotFound         no training run of this name
├── PrivacyUnavailable  what is to find personal data is not installed
├── TrainingUnavailable what training needs is not installed
├── TrainingRefused     a training that cannot end well is not begun: too few rows, too long ones, too little memory
├── TrainingBusy        another training runs in this home folder
└── TrainingFailed      a training ended before it had a result; what it had learnt until its last checkpoint is kept
"""


class FinetuneError(Exception):
    """Says what, why, and the next step."""


class ExamplesInvalid(FinetuneError):
    """A file of examples, or a set of them, cannot be used as it is."""


class DatasetNotFound(FinetuneError):
    """No dataset, version or row of this name."""


class DatasetInvalid(FinetuneError):
    """A dataset version is damaged, or not what its card says."""


class NotWritten(FinetuneError):
    """Something could not be written down; nothing has changed."""


class AdapterInvalid(FinetuneError):
    """An adapter is damaged, of another base model, or not what it says it is."""


class AdapterUnknown(FinetuneError):
    """There is no adapter, version or alias of that name."""


class PromotionRefused(FinetuneError):
    """An adapter may not be served like that."""


class RegistryUnusable(FinetuneError):
    """The registry cannot be read or written."""


class PrivacyUnavailable(FinetuneError):
    """What is to find personal data is not installed."""


class TrainingUnavailable(FinetuneError):
    """What training needs is not installed."""


class RunNotFound(FinetuneError):
    """No training run of this name."""


class TrainingRefused(FinetuneError):
    """A training that cannot end well is not begun."""


class TrainingBusy(FinetuneError):
    """Another training runs in this home folder."""


class TrainingFailed(FinetuneError):
    """A training ended before it had a result."""
