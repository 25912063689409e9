"""The tape of a seed: everything that is left to chance, drawn once and replayed as often as needed.

A tape has named streams, so that leaving an operation out moves nobody else's draws. A value of 0 is
always the harmless one: no fault, no delay, the first of a list. What a replayed tape does not have is 0.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Tape:
    """Draws of a seed, or of a recorded tape.

    Attributes:
        drawn: stream → the values drawn so far.
    """

    def __init__(self, seed: int, recorded: Mapping[str, Sequence[int]] | None = None) -> None:
        self.seed = seed
        self.drawn: dict[str, list[int]] = {}
        self._recorded = recorded
        self._streams: dict[str, random.Random] = {}

    def draw(self, stream: str, below: int) -> int:
        """Return a whole number from 0 up to, not including, ``below``."""
        drawn = self.drawn.setdefault(stream, [])
        if self._recorded is not None:
            given = self._recorded.get(stream, ())
            value = given[len(drawn)] % below if len(drawn) < len(given) else 0
        else:
            if stream not in self._streams:
                self._streams[stream] = random.Random(f"{self.seed}/{stream}")
            value = int(self._streams[stream].random() * below)
        drawn.append(value)
        return value

    def chance(self, stream: str, per_mille: int) -> bool:
        """Tell whether something happens that happens so often of a thousand times."""
        return per_mille > 0 and self.draw(stream, 1000) >= 1000 - per_mille

    def pick(self, stream: str, choices: Sequence[T]) -> T:
        """Return one of these."""
        return choices[self.draw(stream, len(choices))]
