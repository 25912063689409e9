"""A form made for the tests, and a press of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lienso import Label
from lienso.forms import Form
from lienso_printing.press import Press

GREETING = """#import "common.typ": *
#let form(doc) = voucher(doc, [Kính chào #doc.record.name. Liên #doc.copy.])
"""


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    """The process that sets type, ended after the tests of a file."""
    press = Press()
    yield press
    press.close()


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Form]:
    """Make a form as a partner does: a file in a folder of its own."""

    def make(text: str = GREETING, code: str = "loi-chao") -> Form:
        path = tmp_path / "partner" / f"{code}.typ"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return Form(code, Label("Lời chào", "Greeting"), str(path), papers=("A5", "A4"))

    return make
