"""Which adapters the small model is loaded with, and which of them reads for whom."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import ConfigurationError, ModelUnavailable
from assistant.models.catalogue import CATALOGUE, Role, find_model
from assistant.settings import DEFAULT_ALIAS, Settings
from finetune.errors import AdapterInvalid, FinetuneError
from finetune.grounded import SHIPPED
from finetune.lora import GGUF, Adapter
from finetune.registry import Canary, Registry, Version
from finetune.registry.version import EVERYONE

_LANGUAGE_MODELS = (Role.SLM, Role.LLM, Role.TEST)


@dataclass(frozen=True, slots=True)
class Adapters:
    """What is served at one moment. `files` are all adapters by their immutable name, and where llama.cpp reads them.

    `serving` says which of them reads under which alias; the alias "" is for everybody whose groups have none of their
    own, and is not there when nothing can read. `problems` say why something that was promoted or configured is not
    served.
    """

    files: Mapping[str, Path] = field(default_factory=dict)
    serving: Mapping[str, str] = field(default_factory=dict)
    of_groups: Mapping[str, str] = field(default_factory=dict)
    canaries: Mapping[str, Canary] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def default(self) -> str:
        """The adapter that reads for everybody; empty when nothing can read."""
        return self.serving.get("", "")

    def choose(self, groups: Collection[str], conversation: str) -> str:
        """The adapter that reads for a person of these groups in this conversation; empty for none.

        Of several groups with an adapter the first in the settings counts. A canary takes the place of its champion in
        its part of the conversations, always the same ones.
        """
        alias = next((its for group, its in self.of_groups.items() if group in groups), "")
        canary = self.canaries.get(alias)
        return canary.candidate if canary and canary.takes(conversation) else self.serving.get(alias, "")


def registry_of(settings: Settings) -> Registry:
    """The registry of an installation; what it takes in is for one of the models that Pilares knows."""
    bases = {model.files[0].sha256: model.name for model in CATALOGUE if model.role in _LANGUAGE_MODELS}
    return Registry(settings.adapters_folder, bases)


def groups_served(settings: Settings, alias: str) -> frozenset[str]:
    """The groups whose questions an alias reads: those it is set for, and everybody for the default one."""
    own = {group for group, its in settings.adapters.items() if its == alias}
    return frozenset(own | {EVERYONE} if alias == default_alias(settings) else own)


def default_alias(settings: Settings) -> str:
    """The alias that reads for everybody; empty when a folder does, or nothing."""
    chosen = settings.grounded_adapter
    return DEFAULT_ALIAS if chosen == "shipped" else "" if chosen == "none" or _is_path(chosen) else chosen


def read_adapters(settings: Settings) -> Adapters:
    """What is to be served now.

    Raises ModelUnavailable when an adapter that the settings name cannot be used with the small model; what comes from
    promotions alone becomes a problem instead, and what came with Pilares reads.
    """
    return Adapters() if settings.grounded_adapter == "none" else _Reading(settings).all()


def small_model(settings: Settings) -> str:
    """The SHA-256 of the small model, which adapters are for; empty for one that is served elsewhere or not known."""
    small = settings.slm
    if small.url is not None or small.name.endswith(".gguf"):
        return ""
    return find_model(small.name, *_LANGUAGE_MODELS).files[0].sha256


class _Reading:
    """One reading of settings and registry."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._base = small_model(settings)
        self._registry = registry_of(settings)
        self._files = dict[str, Path]()
        self._problems = list[str]()

    def all(self) -> Adapters:
        """Everything that can be served."""
        default = self._default()
        serving, canaries = ({"": default} if default else {}), dict[str, Canary]()
        try:
            of_groups = dict(self._of_groups(serving))
            for alias, canary in self._registry.canaries().items():
                key, serves = self._key(alias), groups_served(self._settings, alias)
                champion_serves = serving.get(key) == canary.champion or (not key and not canary.champion)
                if champion_serves and key in serving and self._take(alias, canary.candidate, serves):
                    canaries[key] = canary
        except FinetuneError as error:
            self._problems.append(str(error))
            of_groups = {}
        return Adapters(self._files, serving, of_groups, canaries, tuple(self._problems))

    def _key(self, alias: str) -> str:
        return "" if alias == default_alias(self._settings) else alias

    def _default(self) -> str:
        chosen, alias = self._settings.grounded_adapter, default_alias(self._settings)
        if not alias:
            return self._folder(Path(chosen).expanduser(), "own", strict=True)
        try:
            name = self._registry.aliases().get(alias, "")
            if name and self._take(alias, name, groups_served(self._settings, alias)):
                return name
        except FinetuneError as error:
            self._problems.append(str(error))
        if chosen == "shipped":
            return self._folder(SHIPPED, "shipped", strict=False)
        why = " ".join(self._problems) or f"Nothing is promoted to the alias {alias}."
        raise ModelUnavailable(
            f'{why} Promote an adapter with `pilares finetune promote`, or set grounded_adapter = "shipped" in '
            "pilares.toml."
        )

    def _of_groups(self, serving: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Group to alias, for the groups that have an adapter of their own; adds to what serves."""
        aliases = self._registry.aliases()
        for group, alias in self._settings.adapters.items():
            name = aliases.get(alias, "")
            if not name:
                self._problems.append(f"{group}: nothing is promoted to {alias}.")
            elif self._take(alias, name, groups_served(self._settings, alias)):
                serving[self._key(alias)] = name
                yield group, self._key(alias)

    def _take(self, alias: str, name: str, serves: Collection[str]) -> bool:
        """Whether a version of the registry can serve; a problem when it cannot."""
        try:
            version = self._registry.version(name)
            version.check_groups(alias, serves)
            self._files[name] = self._file(version)
        except FinetuneError as error:
            self._problems.append(f"{alias} is not served by {name}: {error}")
            return False
        return True

    def _file(self, version: Version) -> Path:
        if version.card.get("base_sha256") != self._base:
            raise AdapterInvalid(f"it was trained for {version.card.get('base')}, not for {self._settings.slm.name}.")
        return version.whole().gguf

    def _folder(self, folder: Path, called: str, *, strict: bool) -> str:
        """The adapter of a folder, by a name that changes with its weights; empty when it is not for this model."""
        adapter = Adapter(folder)
        try:
            if not folder.is_dir() or adapter.card.get("base_sha256") != self._base:
                if not strict:
                    return ""
                raise AdapterInvalid(f"The adapter in {folder} was trained for {adapter.card.get('base')}.")
            file = adapter.whole(GGUF, "gguf_sha256")
        except AdapterInvalid as error:
            raise ModelUnavailable(
                f'{error} Set grounded_adapter = "none" in pilares.toml to do without, or choose the model it is for.'
            ) from error
        name = f"{called}@{adapter.version}"
        self._files[name] = file
        return name


def _is_path(chosen: str) -> bool:
    return "/" in chosen or "\\" in chosen or chosen.startswith(("~", ".")) or Path(chosen).is_dir()


def check_serves_here(settings: Settings, version: Version) -> None:
    """Raises ConfigurationError for a version that the small model of these settings cannot be given."""
    base = small_model(settings)
    if base and version.card.get("base_sha256") != base:
        raise ConfigurationError(
            f"{version.name} was trained for {version.card.get('base')}, and the small model is {settings.slm.name}. "
            "Train one for it, or set slm in pilares.toml."
        )
