"""Every setting of Pilares: `pilares.toml` in the home folder, overridden by `PILARES_*` variables, then by flags."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from assistant.appointments.settings import AppointmentSettings
from assistant.curated.settings import CuratedSettings
from assistant.errors import ConfigurationError
from assistant.handoff.settings import HandoffSettings
from assistant.learning.settings import LearnSettings
from assistant.loopback import is_loopback, stays_here
from assistant.paths import default_home, model_cache
from assistant.personal.settings import RetentionSettings
from assistant.security.settings import LimitSettings, SecuritySettings
from assistant.telemetry.settings import TelemetrySettings
from assistant.tools.settings import ToolSettings
from connectors.settings import AllConnectors
from knowledge.settings import KnowledgeSettings


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelSettings(_Frozen):
    """A language model: a name from `pilares models list`, or a name served at an OpenAI-compatible `url`.

    One line is enough: `llm = "gpt-5-mini@https://api.openai.com/v1"`, `llm = "ollama:qwen3:8b"`.
    """

    name: str
    url: str | None = None
    api_key: SecretStr | None = None
    context_tokens: int = Field(default=4096, ge=512)
    evidence_tokens: int = Field(default=420, ge=64, description="how much evidence is put before this model")
    line_by_line: bool | None = Field(
        default=None,
        description="judge the evidence line by line before answering; default: for models that run here",
    )
    parallel: int = Field(default=2, ge=1, le=64, description="answers generated at the same time")
    price_in: float = Field(default=0.0, ge=0, description="price of a million tokens read, in any currency")
    price_out: float = Field(default=0.0, ge=0, description="price of a million tokens written")
    trusted: bool = Field(
        default=False, description="a server of your own: it may get personal data and restricted documents as well"
    )

    @property
    def is_remote(self) -> bool:
        """Whether what this model is given leaves what the operator trusts."""
        return not self.trusted and not stays_here(self.url)

    @property
    def sifts(self) -> bool:
        """Whether this model reads evidence line by line: a model behind an address is taken to read well."""
        return self.url is None if self.line_by_line is None else self.line_by_line

    @field_validator("url")
    @classmethod
    def _http_only(cls, url: str | None) -> str | None:
        if url is not None and urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError(f"{url!r} is not an http(s) address")
        return url


OLLAMA_URL = "http://127.0.0.1:11434/v1"


def _model(value: Any, **defaults: Any) -> Any:
    """Read the one-line forms `name`, `name@url` and `ollama:name` into the long form."""
    if isinstance(value, str):
        if value.startswith("ollama:"):
            value = {"name": value.removeprefix("ollama:"), "url": OLLAMA_URL}
        else:
            name, _, url = value.partition("@")
            value = {"name": name, "url": url or None}
    return {**defaults, **value} if isinstance(value, dict) else value


class ServerSettings(_Frozen):
    """Where `pilares serve` listens."""

    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    load_models: Literal["at-start", "first-use"] = "at-start"
    resume_s: float = Field(
        default=30.0,
        ge=0,
        le=3600,
        description="how long a resumable stream goes on without its reader, and is kept after its end; in seconds",
    )
    api_sources: tuple[Literal["website", "feed"], ...] = Field(
        default=(),
        description="kinds of sources that may be added through the API of a server on loopback; they reach public "
        "addresses only",
    )


class LogSettings(_Frozen):
    """The log of `pilares serve`, on standard error (docs/deploy.md)."""

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "warning"


class TurnSettings(_Frozen):
    """Limits and thresholds of a conversation turn."""

    max_question_chars: int = Field(default=8_000, ge=100)
    history_messages: int = Field(default=6, ge=0)
    answer_tokens: int = Field(default=320, ge=32)
    passages: int = Field(default=8, ge=1, le=50)
    least_confidence: float = Field(
        default=0.25,
        ge=0.25,
        le=1.0,
        description="answers of a lower score are withheld; `pilares evaluate answers --target-error` finds the score "
        "for an error rate",
    )


class DraftingSettings(_Frozen):
    """How texts that people want drafted are written (docs/strategies.md, "Drafts")."""

    style: str = Field(default="", max_length=1_500, description="rules of the house: tone, length, words to avoid")
    style_document: str = Field(
        default="", max_length=300, description="name or title of a document with such rules; for those who may read it"
    )
    signature: str = Field(default="", max_length=600, description="what stands under a draft, with its closing words")
    formality: Literal["", "usted", "tú"] = Field(default="", description="how a reader is addressed in Spanish")


class RoutingSettings(_Frozen):
    """How the model of a turn is chosen (docs/routing.md)."""

    profile: Literal["auto", "auto-cheap", "auto-quality", "local-only"] = "auto"
    llm_share: float | None = Field(
        default=None, gt=0, lt=1, description="part of the turns that the large model answers; needs a fitted router"
    )
    budget_per_day: float | None = Field(
        default=None, gt=0, description="what models may cost from midnight to midnight (UTC), in the prices' currency"
    )
    privacy: bool = Field(
        default=True, description="keep personal data and restricted documents on models of this computer"
    )


DEFAULT_ALIAS = "reader"
"""The alias of the adapter that reads for everybody."""
SLM_DEFAULT = {"name": "qwen2.5-coder-0.5b", "evidence_tokens": 320}
LLM_DEFAULT = {"name": "qwen2.5-coder-1.5b", "evidence_tokens": 500}


class Settings(BaseSettings):
    """All settings, composed once by `load_settings`."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix="PILARES_",
        env_nested_delimiter="__",
        hide_input_in_errors=True,
        nested_model_default_partial_update=True,
    )

    home: Path = Field(default_factory=default_home)
    models_folder: Path = Field(default_factory=model_cache)
    slm: Annotated[ModelSettings, NoDecode] = Field(default=ModelSettings(**SLM_DEFAULT))  # type: ignore[arg-type]
    llm: Annotated[ModelSettings, NoDecode] = Field(default=ModelSettings(**LLM_DEFAULT))  # type: ignore[arg-type]
    embedder: str = "multilingual-e5-small"
    lines_adapter: str = Field(
        default="shipped", description="ranks lines: the adapter that Pilares ships with, a folder with one, or `none`"
    )
    grounded_adapter: str = Field(
        default="shipped",
        description="lets the default small model read documents: `shipped` (the adapter that Pilares ships with, or "
        "what was promoted to `reader`), a folder with one, another alias, or `none`",
    )
    adapters: Mapping[str, str] = Field(
        default_factory=dict, description="group to alias: for people of a group its own adapter reads"
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL for conversations: postgresql+psycopg://USER:PASSWORD@HOST/DATABASE; default: a file",
    )
    threads: int | None = Field(default=None, ge=1, description="threads of the local models; default: every core")
    language: Literal["en", "es"] | None = None
    server: ServerSettings = ServerSettings()
    log: LogSettings = LogSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    turn: TurnSettings = TurnSettings()
    routing: RoutingSettings = RoutingSettings()
    drafting: DraftingSettings = DraftingSettings()
    knowledge: KnowledgeSettings = KnowledgeSettings()
    tools: ToolSettings = ToolSettings()
    appointments: AppointmentSettings = AppointmentSettings()
    handoff: HandoffSettings = HandoffSettings()
    curated: CuratedSettings = CuratedSettings()
    learn: LearnSettings = LearnSettings()
    security: SecuritySettings = SecuritySettings()
    limits: LimitSettings = LimitSettings()
    retention: RetentionSettings = RetentionSettings()
    connectors: AllConnectors = Field(default_factory=dict, description="chat platforms (docs/connectors.md)")

    @field_validator("slm", mode="before")
    @classmethod
    def _short_slm(cls, value: Any) -> Any:
        return _model(value, **SLM_DEFAULT)

    @field_validator("llm", mode="before")
    @classmethod
    def _short_llm(cls, value: Any) -> Any:
        return _model(value, **LLM_DEFAULT)

    @property
    def needs_accounts(self) -> bool:
        """Whether people have to sign in: on any address but this computer's own, and where it is set."""
        return self.security.accounts or not is_loopback(self.server.host)

    @property
    def knowledge_folder(self) -> Path:
        """Where documents, their words and their vectors are kept."""
        return self.home / "knowledge"

    @property
    def adapters_folder(self) -> Path:
        """The registry of adapters."""
        return self.home / "finetune" / "adapters"

    @property
    def conversations_url(self) -> str:
        """SQLAlchemy URL of conversations, answers and feedback; it may hold a password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home / 'pilares.db'}"

    @property
    def connectors_url(self) -> str:
        """SQLAlchemy URL of what connectors keep; it may hold a password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home / 'connectors.db'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags win over the environment, the environment over the file."""
        home = Path(init_settings().get("home") or os.environ.get("PILARES_HOME") or default_home())
        return init_settings, env_settings, _File(settings_cls, toml_file=home / "pilares.toml")


def environment() -> Mapping[str, str]:
    """The variables of this process, for credentials that a source names by their variable."""
    return os.environ


class _File(TomlConfigSettingsSource):
    """`pilares.toml`, with models in their long form, so that a key in the environment joins a model in the file."""

    def __call__(self) -> dict[str, Any]:
        found = super().__call__()
        return {name: _model(value) if name in {"slm", "llm"} else value for name, value in found.items()}


def load_settings(**flags: Any) -> Settings:
    """Compose the settings of this run. Raises ConfigurationError naming the setting and the file to mend."""
    given = {key: value for key, value in flags.items() if value is not None}
    home = Path(given.get("home") or os.environ.get("PILARES_HOME") or default_home())
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "settings"
        raise ConfigurationError(
            f"The setting {where} is not usable: {first['msg']}. Mend it in {home / 'pilares.toml'} "
            f"or in the variable PILARES_{where.upper().replace('.', '__')}."
        ) from None
    except ValueError as error:
        raise ConfigurationError(
            f"{home / 'pilares.toml'} cannot be read: {error}. Mend the file and try again."
        ) from None
