"""`pilares finetune dataset`: what adapters learn from; taken in, reviewed, looked at, and kept in versions."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli import reviewing, synthesising
from assistant.cli.asking import safe
from assistant.cli.errors import clear_errors
from assistant.cli.reviewing import desk

if TYPE_CHECKING:
    from assistant.finetuning.datasets import Taken
    from finetune.building import Prepared, Recipe
    from finetune.withdrawal import Withdrawn

app = typer.Typer(help="What adapters learn from: import, collect, review, build, check.", no_args_is_help=True)
app.add_typer(reviewing.app, name="review")
app.command()(synthesising.synthesise)

Name = Annotated[str, typer.Argument(help="Name of the dataset: small letters, figures, - and _.")]
Hosts = Annotated[
    list[str], typer.Option("--host", metavar="NAME", help="A host that replies may name; repeatable.")
]  # fmt: skip
Against = Annotated[
    list[Path],
    typer.Option(
        "--against", metavar="FILE", help="Questions to measure on, which must not be learnt; repeatable. "
        "The demo organisation's always count."
    ),
]  # fmt: skip
Group = Annotated[str, typer.Option(help="Only what every member of this group may read.")]
Kinds = Annotated[
    list[str], typer.Option("--kind", help="Only examples of this kind (chat, preference, verdict); repeatable.")
]  # fmt: skip
Context = Annotated[int, typer.Option(min=64, help="Longest row, in tokens, prompt and reply together.")]
HeldOut = Annotated[float, typer.Option(min=0.01, max=0.5, help="Share of the rows that is only measured on.")]
Seed = Annotated[int, typer.Option(help="Another seed holds out other rows.")]
PerUser = Annotated[int, typer.Option(min=1, help="Most rows of one person's feedback.")]
Least = Annotated[int, typer.Option(min=2, help="Fewest rows of a dataset.")]


@app.command("import")
def import_file(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON lines: OpenAI, ShareGPT, Alpaca, pairs, KTO, DPO.")
    ],
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Take the rest when rows cannot be used.")] = False,
    review: Annotated[bool, typer.Option("--review", help="Somebody looks at every row first.")] = False,
    licence: Annotated[str, typer.Option(help="Under which licence the rows may be used.")] = "",
    group: Annotated[list[str], typer.Option(help="Who may read them; repeatable.")] = ["everyone"],  # noqa: B006
    language: Annotated[str, typer.Option(help="Their language, as in `en`.")] = "",
    user: Annotated[str, typer.Option(help="Who wrote them.")] = "",
    host: Hosts = [],  # noqa: B006
) -> None:
    """Take in examples from a file; rows that cannot be used are named by line and reason, and nothing is taken."""
    with clear_errors():
        from datetime import UTC

        from finetune.examples import Origin
        from finetune.formats.reading import read_examples

        origin = Origin(
            "upload", user, licence=licence, groups=tuple(group), language=language,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )  # fmt: skip
        found = read_examples(file, origin, skip_bad=skip_bad)
        taken = desk().take(found.examples, trusted=not review, hosts=host)
        forms = ", ".join(f"{count} {form}" for form, count in found.forms.most_common())
        typer.echo(f"{len(found.examples)} examples read ({forms}).")
        for each in found.bad[:20]:
            typer.echo(f"  left out: {safe(str(each))}", err=True)
        _say(taken, len(found.examples))


@app.command()
def collect(
    trust: Annotated[list[str], typer.Option(metavar="USER", help="Whose feedback needs no review; repeatable.")] = [],  # noqa: B006
    per_user: PerUser = 50,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="From this day on (UTC).")
    ] = None,
    layout: Annotated[
        Literal["auto", "reader", "whole"],
        typer.Option(help="How prompts are laid out: as for the small model's reader, or all evidence at once."),
    ] = "auto",
    host: Hosts = [],  # noqa: B006
) -> None:
    """Put thumbs, corrections and people's answers up for review."""
    with clear_errors():
        from datetime import UTC

        from assistant.app import build_app
        from assistant.finetuning import gathering
        from assistant.settings import load_settings

        settings = load_settings()
        with build_app(settings) as assistant:
            day = None if since is None else since.replace(tzinfo=UTC)
            found = gathering.collect(assistant, layout, day)
        begin = day.isoformat() if day else ""
        trusted = (*trust, *settings.learn.trusted)
        taken = desk().propose(found, trust=trusted, per_user=per_user, hosts=host, since=begin)
        typer.echo(f"{len(found.examples)} examples in what people said.")
        for reason, count in found.left_out.most_common():
            typer.echo(f"  {count} left out: {safe(reason)}")
        _say(taken, len(found.examples))
        reviewing.follow_queue(desk())


@app.command()
def build(
    name: Name,
    group: Group = "everyone",
    kind: Kinds = [],  # noqa: B006
    context: Context = 4096,
    held_out: HeldOut = 0.1,
    seed: Seed = 0,
    per_user: PerUser = 50,
    least: Least = 50,
    host: Hosts = [],  # noqa: B006
    against: Against = [],  # noqa: B006
) -> None:
    """Make a version of a dataset of the reviewed examples, past the doctor."""
    with clear_errors():
        from assistant.cli import dataset_printing as printing
        from finetune.datasets import check_name

        check_name(name)
        recipe = _recipe(name, group, kind, context, held_out, seed, per_user, least, host, against)
        prepared = _prepared(recipe)
        printing.report(prepared)
        version, new = desk().build(prepared, recipe)
        if not new:
            typer.echo(f"Nothing has changed: {version.name} holds exactly these rows.")
            return
        printing.version(version)


@app.command()
def check(
    name: Annotated[
        str, typer.Argument(metavar="[NAME|FILE]", help="A dataset, or a file; none: what would be built now.")
    ] = "",
    group: Group = "everyone",
    context: Context = 4096,
    host: Hosts = [],  # noqa: B006
    against: Against = [],  # noqa: B006
) -> None:
    """Let the doctor look: what would be left out, what is held back, and what is masked from the loss."""
    with clear_errors():
        from assistant.cli import dataset_printing as printing
        from assistant.finetuning.gathering import tokenizer_of
        from assistant.settings import load_settings
        from finetune.building import prepare
        from finetune.examples import EVERYONE, Origin
        from finetune.formats.reading import read_examples

        recipe = _recipe("check", group, [], context, 0.1, 0, 1_000_000 if name else 50, 1, host, against)
        if not name:
            prepared, tokens = _prepared(recipe), tokenizer_of(load_settings())
        elif Path(name).is_file():
            tokens = tokenizer_of(load_settings())
            read = read_examples(Path(name), Origin("upload", groups=(group, EVERYONE)), skip_bad=True)
            for each in read.bad[:20]:
                typer.echo(f"  cannot be used: {safe(str(each))}")
            prepared = prepare(read.examples, recipe, tokens)
        else:
            version = desk().datasets.get(name)  # at once: the tokenizer takes seconds
            tokens = tokenizer_of(load_settings())
            prepared = prepare([*version.train(), *version.held_out()], recipe, tokens)
        printing.report(prepared)
        printing.masks(prepared.rows, tokens)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A dataset (its newest version), or NAME@vN.")],
    masks: Annotated[bool, typer.Option("--masks", help="Show which tokens of the first row are learnt.")] = False,
) -> None:
    """A version: its counts, licences and groups, what the doctor said, and which adapters were built on it."""
    with clear_errors():
        from assistant.cli import dataset_printing as printing
        from finetune.withdrawal import affected

        version = desk().datasets.get(name)
        printing.version(version)
        printing.card(version)
        for card in affected(version, desk().adapters):
            typer.echo(f"Adapter built on it: {safe(str(card.get('topic')))}@{safe(str(card.get('version')))}")
        if masks:
            from assistant.finetuning.gathering import tokenizer_of
            from assistant.settings import load_settings

            printing.masks(version.train(), tokenizer_of(load_settings()))


@app.command("list")
def list_datasets() -> None:
    """Every version of every dataset, and how many examples wait for review."""
    with clear_errors():
        from collections import Counter

        found = desk()
        if not found.datasets.names():
            typer.echo(
                "There are no datasets yet. `pilares finetune dataset build NAME` makes one of what was accepted."
            )
        for name in found.datasets.names():
            for number in found.datasets.numbers(name):
                version = found.datasets.get(f"{name}@v{number}")
                parts, gone = version.card["split"], len(version.withdrawn())
                note = f"  {gone} withdrawn" if gone else ""
                typer.echo(
                    f"{version.name:<24} {parts['train']:>6} to learn {parts['held_out']:>5} held out  "
                    f"{version.sha256[:12]}  {version.card['created']}{note}"
                )
        states = Counter(each.state for each in found.queue.rows())
        told = ", ".join(f"{states[state]} {state}" for state in ("accepted", "proposed", "held", "refused"))
        typer.echo(f"Examples: {told}.")


@app.command()
def withdraw(
    document: Annotated[str, typer.Option(help="Id of a document.")] = "",
    conversation: Annotated[str, typer.Option(help="Id of a conversation.")] = "",
    user: Annotated[str, typer.Option(help="Id of a person.")] = "",
) -> None:
    """Take out what came of a document, a conversation or a person, and name the adapters that were built on it."""
    with clear_errors():
        from assistant.errors import InvalidRequest

        given = [each for each in (document, conversation, user) if each]
        if len(given) != 1:
            raise InvalidRequest("Name one thing to withdraw: --document, --conversation or --user.")
        found = desk()
        if document:
            _say_withdrawn(found.document_deleted(document))
        elif conversation:
            _say_withdrawn(found.conversation_deleted(conversation))
        else:
            _say_withdrawn(found.user_deleted(user))


def _recipe(
    name: str, group: str, kinds: Sequence[str], context: int, held_out: float, seed: int, per_user: int, least: int,
    hosts: Sequence[str], against: Sequence[Path],
) -> "Recipe":  # fmt: skip
    from assistant.errors import InvalidRequest
    from assistant.finetuning.evaluations import evaluations
    from finetune.building import KINDS, Recipe

    if unknown := sorted(set(kinds) - set(KINDS)):
        raise InvalidRequest(f"There are no examples of the kind {unknown[0]}. Use one of {', '.join(KINDS)}.")
    chosen = tuple(each for each in KINDS if not kinds or each in kinds)
    return Recipe(
        name, group, chosen, context, held_out, seed, per_user, least, tuple(hosts), evaluations(against)
    )  # fmt: skip


def _prepared(recipe: "Recipe") -> "Prepared":
    """What would be built of the reviewed examples now."""
    from assistant.app import build_app
    from assistant.finetuning.gathering import audiences_of, tokenizer_of
    from assistant.settings import load_settings

    settings = load_settings()
    tokens = tokenizer_of(settings)
    with build_app(settings) as assistant:
        audiences = audiences_of(assistant)
    return desk().prepare(recipe, tokens, audiences)


def _say(taken: "Taken", examples: int) -> None:
    waiting = taken.new - taken.accepted - taken.held
    parts = [f"{taken.new} new", f"{examples - taken.new - taken.over} were there or are barred"]
    parts += [f"{taken.over} over the limit of one person"] if taken.over else []
    parts += [f"{taken.accepted} accepted"] if taken.accepted else []
    parts += [f"{waiting} wait for review"] if waiting else []
    parts += [f"{taken.held} held back by the doctor"] if taken.held else []
    typer.echo(f"{', '.join(parts)}.")
    if waiting or taken.held:
        typer.echo("Look at them with `pilares finetune dataset review list`.")


def _say_withdrawn(found: "Withdrawn") -> None:
    typer.echo(f"{found.queued} examples are gone from the queue.")
    for version, rows in found.marked.items():
        typer.echo(f"{rows} rows of {version} are marked as withdrawn: build it again.")
    if found.replies:
        typer.echo(f"{found.replies} replies that the gate had kept are deleted.")
    for card in found.adapters:
        name = f"{card.get('topic')}@{card.get('version')}"
        typer.echo(f"The adapter {safe(name)} was trained on them: train it again, and roll back to one before it.")
