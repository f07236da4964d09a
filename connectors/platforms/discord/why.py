"""The form that opens after a thumb down, and what is written into it.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from connectors.event import Person, Verdict
from connectors.messages import text
from connectors.platforms.discord.reading import place_of_channel, pressed

if TYPE_CHECKING:
    import discord

FORM = "pilares:why:"
"""Behind it stands the message that the thumb was under, so that a form can be sent after a restart as well."""
MOST_CHARS = 1_000
_FIELDS = {"reason": "why", "correction": "why_correction"}


def form(message_id: str, language: str) -> "discord.ui.Modal":
    """The form: two fields that may both be left empty. Titles and labels have room for 45 characters."""
    import discord

    modal = discord.ui.Modal(title=text("why", language), custom_id=f"{FORM}{message_id}", timeout=None)
    for name, label in _FIELDS.items():
        field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
            label=text(label, language), custom_id=name, style=discord.TextStyle.paragraph, required=False,
            max_length=MOST_CHARS,
        )  # fmt: skip
        modal.add_item(field)
    modal.stop()  # the library keeps only those that wait; what comes back is read from the event
    return modal


async def answered(interaction: "discord.Interaction[discord.Client]", language: str) -> None:
    """Open the form for a thumb down; take the waiting sign off everything else of ours. Discord waits three seconds.

    Raises what the library does.
    """
    verdict = pressed(interaction)
    if verdict is not None and verdict.verdict == "down":
        await interaction.response.send_modal(form(verdict.message_id, language))
    elif verdict is not None or _is_form(interaction):
        await interaction.response.defer()


def written(interaction: "discord.Interaction[discord.Client]") -> Verdict | None:
    """What somebody wrote into the form; None when they left it empty, and for anything else."""
    if not _is_form(interaction):
        return None
    data: Mapping[str, Any] = interaction.data or {}
    given = {str(each.get("custom_id")): str(each.get("value") or "").strip() for each in _fields(data["components"])}
    reason, correction = (given.get(name, "")[:MOST_CHARS] for name in _FIELDS)
    if interaction.channel_id is None or not (reason or correction):
        return None
    channel = interaction.client.get_channel(interaction.channel_id)
    place = place_of_channel(channel, interaction.channel_id, direct=interaction.guild_id is None)
    person = Person(str(interaction.user.id), interaction.user.display_name, interaction.user.bot)
    message_id = str(data["custom_id"]).removeprefix(FORM)
    return Verdict(f"w:{interaction.id}", place, person, message_id, "down", reason, correction)


def _is_form(interaction: "discord.Interaction[discord.Client]") -> bool:
    data: Mapping[str, Any] = interaction.data or {}
    return str(data.get("custom_id")).startswith(FORM) and "components" in data


def _fields(components: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The fields in their rows, or behind their labels."""
    for row in components:
        yield from row.get("components") or [row.get("component") or row]
