"""Neighbouring passages of one document among the hits become one."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from knowledge.passage import Passage
from knowledge.sentences import split_sentences

ReadText = Callable[[str], str]


def joined(hits: Sequence[Passage], text_of: ReadText, most: int) -> list[Passage]:
    """Join hits that follow one another in a document, up to `most` characters; each stands where its best part stood.

    Offsets stay exact: `text == document.text[start:end]`. `text_of` reads the text of a document by its id.
    """
    place = {hit.chunk_id: number for number, hit in enumerate(hits)}
    runs: list[list[Passage]] = []
    for hit in sorted(hits, key=lambda each: (each.document_id, each.start)):
        before = runs[-1] if runs else []
        if before and hit.end - before[0].start <= most and _adjoin(before[-1], hit, text_of):
            before.append(hit)
        else:
            runs.append([hit])
    runs.sort(key=lambda run: min(place[hit.chunk_id] for hit in run))
    return [run[0] if len(run) == 1 else _one(run, text_of) for run in runs]


def _adjoin(before: Passage, hit: Passage, text_of: ReadText) -> bool:
    if before.document_id != hit.document_id or hit.start < before.start:
        return False
    return hit.start <= before.end or not text_of(hit.document_id)[before.end : hit.start].strip()


def _one(run: Sequence[Passage], text_of: ReadText) -> Passage:
    best = max(run, key=lambda hit: hit.score)
    start, end = run[0].start, max(hit.end for hit in run)
    text = text_of(best.document_id)[start:end]
    return replace(
        best,
        chunk_id="+".join(hit.chunk_id for hit in run),
        heading=_shared([hit.heading for hit in run]),
        text=text,
        start=start,
        end=end,
        page=run[0].page,
        dense=max((hit.dense for hit in run if hit.dense is not None), default=None),
        lexical=max((hit.lexical for hit in run if hit.lexical is not None), default=None),
        sentences=split_sentences(text, start),
    )


def _shared(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    same: list[str] = []
    for names in zip(*paths, strict=False):
        if len(set(names)) > 1:
            break
        same.append(names[0])
    return tuple(same)
