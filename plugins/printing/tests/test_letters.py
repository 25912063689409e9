"""The fonts have every Vietnamese letter, and all that the module says they have."""

from __future__ import annotations

import itertools
import re
import sys
import unicodedata
from collections.abc import Callable

import pytest
from lienso.errors import Refused
from lienso.forms import Form, Sheets
from lienso_printing.letters import COVERED, SHOWN_MAX, missing
from lienso_printing.press import Press
from lienso_printing.typesetting import typeset

from .reading import fonts_of, missing_glyphs, text_of

VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
SMALL = [
    unicodedata.normalize("NFC", vowel + tone) for vowel, tone in itertools.product(VOWELS, TONES)
]
LETTERS = [*SMALL, *"bcdđghklmnpqrstvx"]
VIETNAMESE = "".join([*LETTERS, *(letter.upper() for letter in LETTERS)])
# Not bold and italic at once: there the font makes ơ and ư of two glyphs, and no form uses it.
STYLES = {
    "upright": "#doc.record.name",
    "bold": "*#doc.record.name*",
    "italic": "_#doc.record.name _",
}


def printed(press: Press, form: Form, name: str) -> bytes:
    """Print a name on a form."""
    return typeset(Sheets([(form, {"record": {"name": name}, "company": {}})]), press)


def styled(body: str) -> str:
    """Return a form that says a name in a style, in the font of all forms and in no other."""
    return (
        '#import "common.typ": *\n#let form(doc) = voucher(doc, { set text(fallback: false)\n'
        f"[{body}] }})\n"
    )


@pytest.mark.parametrize("style", STYLES)
def test_every_vietnamese_letter_is_in_the_font(
    press: Press, make: Callable[..., Form], style: str
) -> None:
    data = printed(press, make(styled(STYLES[style])), VIETNAMESE)

    assert len(SMALL) == 72
    assert missing_glyphs(data) == 0
    assert text_of(data) == VIETNAMESE
    assert {name.partition("-")[0] for name in fonts_of(data)} == {"LibertinusSerif"}


def test_a_letter_that_the_font_has_not_is_seen_by_these_tests(
    press: Press, make: Callable[..., Form]
) -> None:
    # A form's own text is not looked through before, what is printed on it is.
    data = printed(press, make(styled("深圳 #doc.record.name")), "An")

    assert missing_glyphs(data) == 2


def test_the_fonts_have_all_that_the_module_says_they_have(
    press: Press, make: Callable[..., Form]
) -> None:
    covered = re.compile(f"[{COVERED}]")
    found = [chr(code) for code in range(sys.maxunicode) if covered.match(chr(code))]
    # Accents stand on a letter, as they do in text that is not normalised.
    letters = [f"a{one}" if unicodedata.combining(one) else one for one in found]

    data = printed(press, make(styled("#doc.record.name")), "".join(letters))

    assert len(found) > 500
    assert missing_glyphs(data) == 0


def test_letters_are_named_that_cannot_be_printed(press: Press, make: Callable[..., Form]) -> None:
    with pytest.raises(Refused) as caught:
        printed(press, make(), "深圳市 An Phát 深圳")

    assert caught.value.code == "letters_missing"
    assert caught.value.detail == {"letters": "深 圳 市"}


def test_what_vietnamese_accountants_write_can_be_printed() -> None:
    assert missing("Công ty TNHH “Hoà Bình” – số 5/7, 1.250,50 € (₫), 10 %…") == []
    assert missing("Hoa\u0300") == []  # accents apart, as other systems send them
    assert len(missing("".join(map(chr, range(0x4E00, 0x4F00))))) == SHOWN_MAX
