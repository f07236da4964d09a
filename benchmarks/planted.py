"""Secrets and poisoned rows that are planted among what an installation would learn from, and where each is stopped.

rows      planted; uploads come in at once, what people said waits for review
doctor    of these, held back with a reason
review    of these, in nothing before somebody has accepted them
dataset   of these, in the dataset that is built
careless  of these, in the dataset once every row was accepted that the doctor says nothing against
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.testing.planting import plant
from benchmarks.table import Row, options, parsed, publish
from finetune.testing.examples import WordTokens


def main() -> None:
    chosen = parsed(options(__doc__))
    with TemporaryDirectory(prefix="pilares-planted-") as folder:
        kinds, canaries = plant(Path(folder), WordTokens())
    rows: list[Row] = [
        {"planted": each.kind, "rows": each.rows, "doctor": each.held, "review": each.waiting, "dataset": each.learnt,
         "careless": each.reviewed}
        for each in kinds
    ]  # fmt: skip
    poisoned = kinds[:-1]
    rows.append(
        {"planted": "poisoned, all", "rows": sum(each.rows for each in poisoned),
         "doctor": sum(each.held for each in poisoned), "review": sum(each.waiting for each in poisoned),
         "dataset": sum(each.learnt for each in poisoned), "careless": sum(each.reviewed for each in poisoned)}
    )  # fmt: skip
    there = len(canaries.there)
    rows.append(
        {"planted": f"{canaries.planted} secrets, taken out", "rows": canaries.rows, "doctor": None, "review": None,
         "dataset": there, "careless": there}
    )  # fmt: skip
    publish("planted", rows, chosen.json)


if __name__ == "__main__":
    main()
