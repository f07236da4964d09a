"""Presidio (https://microsoft.github.io/presidio) as a further finder of personal data: an extra, not needed.

Without a language model it knows the forms of many countries; with one of spaCy's also names of people and places.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import local
from typing import Any, Protocol

from finetune.errors import PrivacyUnavailable
from finetune.privacy.spans import Span

log = logging.getLogger(__name__)
HOW = "pip install 'pilares[presidio]'"
LEAST_SCORE = 0.5
# What is no personal data in a log, or found by our own rules; the recognisers of addresses would ask the network for
# the list of top-level domains.
LEFT_OUT = frozenset({"DATE_TIME", "URL", "EMAIL_ADDRESS", "EMAIL", "IP_ADDRESS", "UUID", "ORGANIZATION", "NRP", "AGE"})
# Labels of spaCy's models that name nobody; Presidio would log a warning for each of them.
UNNAMED = (
    "CARDINAL", "EVENT", "FAC", "LANGUAGE", "LAW", "MISC", "MONEY", "ORDINAL", "PERCENT", "PRODUCT", "QUANTITY",
    "WORK_OF_ART",
)  # fmt: skip
UNREAD = "unread"


class Found(Protocol):
    """A place that an analyzer found."""

    start: int
    end: int
    entity_type: str


class Analyzes(Protocol):
    """What is used of Presidio's `AnalyzerEngine`."""

    def get_supported_entities(self, language: str) -> list[str]:
        """The kinds it can find."""

    def analyze(self, text: str, language: str, *, entities: list[str], score_threshold: float) -> Sequence[Found]:
        """What it finds."""


class PresidioFinder:
    """Asks an analyzer once in each language. Safe to use from threads."""

    def __init__(self, analyzer: Analyzes, languages: Sequence[str]) -> None:
        self._analyzer = analyzer
        wanted = {each: sorted(set(analyzer.get_supported_entities(each)) - LEFT_OUT) for each in languages}
        self._entities = {language: entities for language, entities in wanted.items() if entities}
        self._here = local()

    def __call__(self, text: str) -> Sequence[Span]:
        """The places with personal data; all of a text that could not be read, so that nothing of it gets out.

        Nothing for what the analyzer itself logs while it works: that would be read with the analyzer again.
        """
        if getattr(self._here, "working", False) or not text.strip():
            return ()
        self._here.working = True
        try:
            return [
                Span(each.start, each.end, each.entity_type.lower())
                for language, entities in self._entities.items()
                for each in self._analyzer.analyze(text, language, entities=entities, score_threshold=LEAST_SCORE)
            ]
        except Exception as error:  # whatever a model of somebody else's raises
            log.warning("Presidio could not read a text (%s); all of it is left out", type(error).__name__)
            return [Span(0, len(text), UNREAD)]
        finally:
            self._here.working = False


def presidio(languages: Sequence[str]) -> PresidioFinder:
    """A finder for `languages`: "en", or "en:MODEL" with the name or folder of a spaCy model. Fetches nothing.

    Raises PrivacyUnavailable, which says what to install.
    """
    models = {code: model for code, _, model in (each.partition(":") for each in languages)}
    try:
        return PresidioFinder(_engine(models), list(models))
    except ImportError as error:
        raise PrivacyUnavailable(f"security.presidio is set, and {error.name} is not installed: {HOW}.") from None


def _engine(models: dict[str, str]) -> Any:
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine

    own = [{"lang_code": code, "model_name": model or "blank"} for code, model in models.items()]
    engine = SpacyNlpEngine(models=own, ner_model_configuration=NerModelConfiguration(labels_to_ignore=list(UNNAMED)))
    engine.nlp = {code: _pipeline(code, model) for code, model in models.items()}  # its own `load` would download
    registry = RecognizerRegistry(supported_languages=list(models))
    registry.load_predefined_recognizers(languages=list(models), nlp_engine=engine)
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=list(models))


def _pipeline(code: str, model: str) -> Any:
    import spacy

    if not model:
        return spacy.blank(code)
    with suppress(OSError):  # not there
        if Path(model).is_dir() or spacy.util.is_package(model):
            return spacy.load(model)
    raise PrivacyUnavailable(
        f"security.presidio names the spaCy model {model}, which is not here: python -m spacy download {model}, or "
        f"give the folder of one. `{code}` alone finds what has a form, without names."
    )
