"""What can go wrong in the assistant.

    AssistantError
    ├── ConfigurationError    a setting is missing, wrong or contradicts another
    ├── ModelError
    │   ├── ModelUnavailable  the model is not on disk, or its endpoint does not answer
    │   ├── ModelCorrupt      a model file does not have the publisher's SHA-256
    │   └── GenerationFailed  the endpoint answered with something unusable, or stopped half-way
    ├── InvalidRequest        the input of a person or program is refused (too long, empty, malformed)
    ├── NotFound              no such conversation, answer or document for this person
    ├── AccessError
    │   ├── NotSignedIn       nobody is known behind a request, or what it shows is not valid (any more)
    │   ├── SignInUnavailable the provider that people sign in with does not answer
    │   ├── NotAllowed        this person, or this key, may not do that
    │   └── LimitReached      a limit or budget is used up; says when it begins anew
    └── StorageError          conversations cannot be read or written (disk full, damaged, locked)

Each message says what happened, why, and what to do next; it can be shown to a person as it is.
`knowledge.errors` has the tree for documents; `assistant.api.errors` maps both to HTTP.
"""


class AssistantError(Exception):
    """Base of everything this package raises on purpose."""


class ConfigurationError(AssistantError):
    """A setting is missing, wrong, or contradicts another."""


class ModelError(AssistantError):
    """Something is wrong with a model or its endpoint."""


class ModelUnavailable(ModelError):
    """The model is not on disk, or its endpoint does not answer."""


class ModelCorrupt(ModelError):
    """The bytes of a model file are not the publisher's."""


class GenerationFailed(ModelError):
    """The endpoint answered with something unusable, or stopped half-way."""


class InvalidRequest(AssistantError):
    """The input is refused."""


class NotFound(AssistantError):
    """No such thing for this person."""


class AccessError(AssistantError):
    """Somebody may not do something, or not now."""


class NotSignedIn(AccessError):
    """Nobody is known behind a request."""


class SignInUnavailable(AccessError):
    """The provider that people sign in with does not answer, or not as it should."""


class NotAllowed(AccessError):
    """This person, or this key, may not do that."""


class LimitReached(AccessError):
    """A limit is used up. `wait_s` is the number of seconds until it begins anew."""

    def __init__(self, text: str, wait_s: float = 1.0) -> None:
        super().__init__(text)
        self.wait_s = wait_s


class StorageError(AssistantError):
    """Conversations cannot be read or written."""
