"""Options of how a company writes amounts in words (ui-design §8), and what they come to."""

from __future__ import annotations

from collections.abc import Sequence

from lienso import Label, Option
from lienso.view import View

from .words import Wording

ZERO_TENS, THOUSAND, FOUR = "words.zero_tens", "words.thousand", "words.four"
EXACT, PREFIX = "words.exact", "words.prefix"

OPTIONS: Sequence[Option] = (
    Option(
        ZERO_TENS,
        Label("Đọc hàng chục bằng 0: lẻ hay linh", "An empty tens place: lẻ or linh"),
        "choice",
        "lẻ",
        ("lẻ", "linh"),
    ),
    Option(
        THOUSAND,
        Label("Đọc hàng nghìn: nghìn hay ngàn", "A thousand: nghìn or ngàn"),
        "choice",
        "nghìn",
        ("nghìn", "ngàn"),
    ),
    Option(
        FOUR,
        Label("Đọc số 4 sau hàng chục: tư hay bốn", "Four behind a tens place: tư or bốn"),
        "choice",
        "tư",
        ("tư", "bốn"),
    ),
    Option(
        EXACT,
        Label("Thêm chữ “chẵn” sau số tiền tròn nghìn", "Write “chẵn” behind round amounts"),
        "bool",
        False,
    ),
    Option(
        PREFIX,
        Label("Chữ đứng trước số tiền bằng chữ", "What stands before an amount in words"),
        "text",
        "",
    ),
)


def wording_of(view: View) -> Wording:
    """Return how this company says numbers."""
    return Wording(
        view.option(ZERO_TENS),
        view.option(THOUSAND),
        view.option(FOUR),
        view.option(EXACT),
        view.option(PREFIX),
    )
