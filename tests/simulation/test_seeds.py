"""The seeds of every run of the tests: nothing fails, and everything that must happen sometimes has."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from lienso_simulate.coverage import SEEDS_MIN, not_met
from lienso_simulate.runs import run
from lienso_simulate.shrinking import replay

CHUNK = 15
CHUNKS = SEEDS_MIN // CHUNK
PINNED = sorted((Path(__file__).parent / "pinned").glob("*.json"))


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_seeds_hold_and_together_meet_everything(
    chunk: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    hits: Counter[str] = Counter()
    failures = []

    for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        outcome = run(seed)
        hits.update(outcome.hits)
        if outcome.checker is not None:
            failures.append(f"lienso simulate --seed {seed}: {outcome.checker}: {outcome.text}")

    assert failures == []
    assert not_met(_together(tmp_path_factory, chunk, hits)) == []


def _together(
    factory: pytest.TempPathFactory, chunk: int, hits: Counter[str]
) -> Counter[str] | dict[str, int]:
    """Return what all chunks met, once all are done; before that nothing can be missing."""
    base = factory.getbasetemp()
    # The workers of one run have folders beside one another.
    folder = (base.parent if base.name.startswith("popen-") else base) / "simulation"
    folder.mkdir(exist_ok=True)
    part = folder / f"{chunk}.part"
    part.write_text(json.dumps(hits), encoding="utf-8")
    part.rename(folder / f"{chunk}.json")
    done = list(folder.glob("*.json"))
    if len(done) < CHUNKS:
        return dict.fromkeys(_everything(), 1)
    total: Counter[str] = Counter()
    for path in done:
        total.update(json.loads(path.read_text(encoding="utf-8")))
    return total


def _everything() -> list[str]:
    return not_met({})


@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.stem)
def test_what_was_mended_stays_mended(path: Path) -> None:
    outcome = replay(path)

    assert (outcome.checker, outcome.text) == (None, "")
