"""Amounts in words: known texts, and a round trip through a reader that was written apart."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lienso_general_ledger.words import Wording, amount_in_words, number_in_words

DIGITS = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5,
    "sáu": 6, "bảy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
SCALES = {"nghìn": 1_000, "triệu": 1_000_000}


def read(words: str) -> int:
    """Return the number that words say, by working from the last "tỷ" to the left."""
    if words.startswith("âm "):
        return -read(words[3:])
    before, billion, after = words.rpartition("tỷ")
    total = 0 if not billion else read(before.strip()) * 10**9
    group = 0
    digit: int | None = None
    for word in after.split():
        if word in DIGITS:
            digit = DIGITS[word]
            continue
        if word == "trăm":
            group += 100 * (digit or 0)
        elif word == "mươi":
            group += 10 * (digit or 0)
        elif word == "mười":
            group += 10
        elif word in SCALES:
            total += (group + (digit or 0)) * SCALES[word]
            group = 0
        else:
            assert word in ("lẻ", "linh"), word
        digit = None
    return total + group + (digit or 0)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (1, "một"),
        (4, "bốn"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (25, "hai mươi lăm"),
        (55, "năm mươi lăm"),
        (100, "một trăm"),
        (101, "một trăm lẻ một"),
        (104, "một trăm lẻ bốn"),
        (105, "một trăm lẻ năm"),
        (115, "một trăm mười lăm"),
        (1_000, "một nghìn"),
        (1_005, "một nghìn không trăm lẻ năm"),
        (1_050, "một nghìn không trăm năm mươi"),
        (21_000, "hai mươi mốt nghìn"),
        (1_000_000, "một triệu"),
        (1_000_005, "một triệu không trăm lẻ năm"),
        (1_234_567, "một triệu hai trăm ba mươi tư nghìn năm trăm sáu mươi bảy"),
        (10**9, "một tỷ"),
        (1_000_000_000_000, "một nghìn tỷ"),
        (10**18, "một tỷ tỷ"),
        (-71_415_000, "âm bảy mươi mốt triệu bốn trăm mười lăm nghìn"),
    ],
)
def test_numbers_are_read_as_people_read_them(number: int, words: str) -> None:
    assert number_in_words(number) == words


def test_an_empty_tens_place_is_linh_where_the_company_says_so() -> None:
    assert number_in_words(1_105, "linh") == "một nghìn một trăm linh năm"


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.sampled_from(["lẻ", "linh"]))
def test_words_say_the_number_they_were_made_from(number: int, zero_tens: str) -> None:
    assert read(number_in_words(number, zero_tens)) == number  # type: ignore[arg-type]


@given(st.integers(0, 10**12))
def test_two_numbers_never_have_the_same_words(number: int) -> None:
    assert number_in_words(number) != number_in_words(number + 1)


@given(st.integers(0, 2**63 - 1))
def test_words_follow_the_spelling_rules(number: int) -> None:
    words = number_in_words(number)

    assert "mươi một" not in words
    assert "mươi bốn" not in words
    assert "mươi năm" not in words
    assert "mười năm" not in words
    assert "  " not in words
    assert words == words.strip().lower()


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (0, "VND", "Không đồng"),
        (45_000_000, "VND", "Bốn mươi lăm triệu đồng"),
        (-27_000, "VND", "Âm hai mươi bảy nghìn đồng"),
        (Decimal("1250.50"), "USD", "Một nghìn hai trăm năm mươi đô la Mỹ và năm mươi xu"),
        (Decimal("4697.00"), "USD", "Bốn nghìn sáu trăm chín mươi bảy đô la Mỹ"),
        (Decimal("0.01"), "EUR", "Không ơ-rô và một xu"),
        (Decimal("0.005"), "USD", "Không đô la Mỹ và một xu"),
        (Decimal("0.004"), "USD", "Không đô la Mỹ"),
        (Decimal("-0.004"), "USD", "Không đô la Mỹ"),
        (Decimal(7), "XAU", "Bảy XAU"),
    ],
)
def test_money_is_written_with_its_currency(
    amount: int | Decimal, currency: str, words: str
) -> None:
    assert amount_in_words(amount, currency) == words


def test_a_company_may_call_a_currency_its_own_way() -> None:
    assert amount_in_words(Decimal("2.05"), "USD", "đô-la") == "Hai đô-la và năm xu"


@given(st.decimals("0", "99999999999", places=2))
def test_units_and_hundredths_are_both_said(amount: Decimal) -> None:
    words = amount_in_words(amount, "USD")

    whole, _, part = (words[0].lower() + words[1:]).partition(" đô la Mỹ")
    hundredths = read(part.removeprefix(" và ").removesuffix(" xu")) if part else 0
    assert read(whole) * 100 + hundredths == amount * 100


SOUTH = Wording("linh", "ngàn", "bốn", exact=True)


@pytest.mark.parametrize(
    ("amount", "currency", "wording", "words"),
    [
        (21_005_015, "VND", Wording("linh"),
         "Hai mươi mốt triệu không trăm linh năm nghìn không trăm mười lăm đồng"),
        (1_000_000_001, "VND", Wording("linh"), "Một tỷ không trăm linh một đồng"),
        (24_000, "VND", Wording(), "Hai mươi tư nghìn đồng"),
        (24_000, "VND", Wording(thousand="ngàn"), "Hai mươi tư ngàn đồng"),
        (24_000, "VND", Wording(four="bốn"), "Hai mươi bốn nghìn đồng"),
        (24_000, "VND", SOUTH, "Hai mươi bốn ngàn đồng chẵn"),
        (24_105, "VND", SOUTH, "Hai mươi bốn ngàn một trăm linh năm đồng"),
        (15_750_000, "VND", Wording(exact=True),
         "Mười lăm triệu bảy trăm năm mươi nghìn đồng chẵn"),
        (15_750_500, "VND", Wording(exact=True),
         "Mười lăm triệu bảy trăm năm mươi nghìn năm trăm đồng"),
        (-24_000, "VND", SOUTH, "Âm hai mươi bốn ngàn đồng chẵn"),
        (Decimal("14.00"), "USD", SOUTH, "Mười bốn đô la Mỹ chẵn"),
        (Decimal("44.04"), "USD", SOUTH, "Bốn mươi bốn đô la Mỹ và bốn xu"),
        (0, "VND", Wording(prefix="Bằng chữ: "), "Bằng chữ: Không đồng"),
        (10**18 + 1, "VND", Wording("linh"), "Một tỷ tỷ không trăm linh một đồng"),
    ],
)  # fmt: skip
def test_a_company_says_amounts_in_its_own_words(
    amount: int | Decimal, currency: str, wording: Wording, words: str
) -> None:
    assert amount_in_words(amount, currency, wording=wording) == words
