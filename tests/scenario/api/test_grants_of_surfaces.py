"""Random documents, rules and people: no surface of the service tells anybody what they may not read."""

from pathlib import Path

from assistant.testing.grant_surfaces import surface_cases


def test_nothing_leaks_through_any_surface(tmp_path: Path) -> None:
    """`python -m benchmarks.grants --surfaces 10000` tries more."""
    with surface_cases(tmp_path, seed=3) as cases:
        *_, outcome = cases.run(150)
        assert outcome.leaks == []
        silent = {name for name in cases.told if not cases.told[name]}
        assert (len(cases.told), silent) == (9, set())  # each has told something that may be read
