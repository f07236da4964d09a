"""Settings of connectors: `[connectors.NAME]` in `pilares.toml`, one table for each bot.

NAME is what the connector is called; it is a TELEGRAM bot, say, when `platform = "telegram"`, or when that is its name.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializeAsAny,
    field_validator,
    model_validator,
)

from connectors.core.schedule import check_times

EVERYBODY = "*"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ChannelPolicy(_Frozen):
    """How the bot behaves in a channel; in a direct talk it always answers."""

    answer: Literal["mentioned", "always", "never"] = "mentioned"
    follow: bool = Field(default=True, description="go on answering in a thread it was called into")
    only_backed: bool = Field(
        default=False, description="where nobody called it, speak only when documents bear it out"
    )
    ephemeral: bool = Field(default=False, description="only the person who asks sees the answer, where that exists")
    groups: tuple[str, ...] = Field(default=(), description="groups that everybody who reads this channel belongs to")
    language: Literal["en", "es"] | None = None
    profile: Literal["auto", "auto-cheap", "auto-quality", "local-only"] | None = None
    proactive: bool = Field(default=True, description="what nobody asked for may be said here")


class Scheduled(_Frozen):
    """Something to be said at its times: a `text`, or the answer to a `question`."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    at: str = Field(description="times as cron has them: minute hour day month weekday")
    channel: str = Field(min_length=1)
    thread: str = ""
    person: str = Field(default="", description="whose direct talk the channel is; empty for one that others read")
    text: str = ""
    question: str = ""
    missed: Literal["say", "skip"] = Field(default="skip", description="what becomes of a time when nothing ran")
    timezone: str = Field(default="", description='like "Europe/Madrid"; that of this computer when empty')

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        check_times(self.at, self.timezone)
        if bool(self.text.strip()) == bool(self.question.strip()):
            raise ValueError(f"scheduled {self.name!r} needs a text or a question, and not both")
        return self


class ConnectorSettings(_Frozen):
    """What every platform has in common. People and channels are named by the platform's ids."""

    platform: str
    name: str = Field(default="", description="what stands behind [connectors.; not to be set")
    enabled: bool = True
    people: tuple[str, ...] = Field(default=(), description='who may talk to it; ["*"] is everybody who can reach it')
    groups: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="group to people: what they may read in a direct talk"
    )
    accounts: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="account to people: they also read what it reads, and are out when it is suspended or deleted",
    )
    channels: Mapping[str, ChannelPolicy] = Field(
        default_factory=dict, description='policy by channel; "*" is for all others'
    )
    bots: bool = Field(default=False, description="answer other programs as well")
    language: Literal["en", "es"] = "en"
    settle_s: float = Field(default=0.3, ge=0, le=10, description="how long to wait for the rest of a burst")
    most_answers: int = Field(default=30, ge=1, description="answers in a conversation before it looks like a loop")
    loop_window_s: float = Field(default=300, gt=0)
    pace_s: float | None = Field(default=None, ge=0, description="seconds between messages to a channel")
    live_s: float | None = Field(default=None, ge=0, description="seconds between updates of an answer in the making")
    turns_at_once: int = Field(default=4, ge=1, le=64)
    files: bool = Field(default=True, description="files that people send become documents of their conversation")
    max_file_bytes: int = Field(default=20 * 1024 * 1024, ge=1, description="no more than this is fetched of a file")
    scheduled: tuple[Scheduled, ...] = Field(default=(), description="what is said at its time")

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        names = [each.name for each in self.scheduled]
        if len(set(names)) < len(names):
            raise ValueError("two of scheduled have the same name")
        return self

    def policy(self, channel: str) -> ChannelPolicy:
        """The policy of a channel."""
        return self.channels.get(channel) or self.channels.get(EVERYBODY) or ChannelPolicy()

    def may_talk(self, person: str) -> bool:
        """Whether a person is on the list."""
        return EVERYBODY in self.people or person in self.people

    def groups_of(self, person: str) -> frozenset[str]:
        """The groups of a person, as the operator has put them down."""
        return frozenset(group for group, people in self.groups.items() if person in people)

    def account_of(self, person: str) -> str:
        """The name of the account that a person has, as the operator has put it down; empty when they have none."""
        return next((account for account, people in self.accounts.items() if person in people), "")

    @field_validator("accounts")
    @classmethod
    def _one_account_each(cls, accounts: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        people = Counter(person for each in accounts.values() for person in set(each))
        twice = next((person for person, accounts in people.items() if accounts > 1), None)
        if twice is not None or EVERYBODY in people:
            raise ValueError(f"{twice or EVERYBODY!r} cannot have an account: a person has one, and everybody has none")
        return accounts


def _typed(value: Any) -> Any:
    """Tables into the settings of their platforms. Raises ValueError for a platform that there is not."""
    if not isinstance(value, Mapping):
        return value
    return {name: _of_platform(str(name), table) for name, table in value.items()}


def _of_platform(name: str, table: Any) -> Any:
    from connectors.registry import known, platform

    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", name):
        raise ValueError(f"{name!r} is no name for a connector: small letters, digits and hyphens")
    if not isinstance(table, Mapping):
        return table
    kind = str(table.get("platform", name))
    if kind not in known():
        raise ValueError(f"there is no platform {kind!r}; there are {', '.join(known())}")
    return platform(kind).settings(**{**table, "platform": kind, "name": name})


AllConnectors = Annotated[Mapping[str, SerializeAsAny[ConnectorSettings]], BeforeValidator(_typed)]
"""Connectors by name, each with the settings of its platform."""
