"""What finds personal data beside our own rules, as the settings say."""

from collections.abc import Sequence
from functools import lru_cache

from assistant.errors import ConfigurationError
from finetune.errors import PrivacyUnavailable
from finetune.privacy.spans import Finder, nothing


def finder_of(presidio: Sequence[str]) -> Finder:
    """Presidio in these languages (`security.presidio`); without any, one that finds nothing more.

    Loaded once. Raises ConfigurationError, which says what to install.
    """
    return _loaded(tuple(presidio)) if presidio else nothing


@lru_cache(maxsize=1)
def _loaded(languages: tuple[str, ...]) -> Finder:
    from finetune.privacy.presidio import presidio

    try:
        return presidio(languages)
    except PrivacyUnavailable as error:
        raise ConfigurationError(str(error)) from None
