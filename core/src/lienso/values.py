"""How the kernel's own values are made that are many: a batch makes tens of thousands of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """Make a dataclass with slots that type checkers hold to be frozen, and nothing guards at run time.

    A frozen dataclass writes each field through ``object.__setattr__``, which makes it three times as
    dear to make. Only for what the kernel itself hands on; what plugins declare is frozen.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
