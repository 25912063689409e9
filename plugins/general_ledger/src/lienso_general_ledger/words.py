"""Amounts in Vietnamese words, as receipts and payments must carry them.

The rules: groups of three digits with nghìn, triệu, tỷ; "lẻ" (or "linh") for an empty tens place;
"mốt", "tư", "lăm" behind a tens place; everything beyond a billion is counted in tỷ again. Companies
differ in some words (ui-design §8): see `Wording`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

ZeroTens = Literal["lẻ", "linh"]


@dataclass(frozen=True, slots=True)
class Wording:
    """How a company says numbers.

    Attributes:
        zero_tens: an empty tens place before a unit: một trăm lẻ (linh) năm.
        thousand: nghìn in the north, ngàn in the south. ``four``: behind a tens place: hai mươi tư (bốn).
        exact: "chẵn" behind a round amount: đồng without thousands left over, others without hundredths.
        prefix: stands before an amount.
    """

    zero_tens: ZeroTens = "lẻ"
    thousand: Literal["nghìn", "ngàn"] = "nghìn"
    four: Literal["tư", "bốn"] = "tư"
    exact: bool = False
    prefix: str = ""


_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_BILLION = 10**9

_NAMES: dict[str, tuple[str, str]] = {
    "VND": ("đồng", "xu"),
    "USD": ("đô la Mỹ", "xu"),
    "EUR": ("ơ-rô", "xu"),
    "GBP": ("bảng Anh", "xu"),
    "JPY": ("yên Nhật", "xen"),
    "CNY": ("nhân dân tệ", "phân"),
    "KRW": ("won Hàn Quốc", "chon"),
    "THB": ("bạt Thái Lan", "xa-tang"),
    "SGD": ("đô la Singapore", "xu"),
    "AUD": ("đô la Úc", "xu"),
    "CAD": ("đô la Canada", "xu"),
    "HKD": ("đô la Hồng Kông", "xu"),
    "CHF": ("phrăng Thụy Sĩ", "xu"),
    "LAK": ("kíp Lào", "at"),
}
"""Currency → (name of a unit, name of a hundredth)."""


def number_in_words(number: int, zero_tens: ZeroTens = "lẻ", wording: Wording | None = None) -> str:
    """Write a whole number in words, in small letters; "âm" stands before a negative one.

    Args:
        zero_tens: how an empty tens place before a unit is read; ``wording`` says it and the rest.
    """
    said = wording or Wording(zero_tens)
    if number < 0:
        return f"âm {number_in_words(-number, wording=said)}"
    return _DIGITS[0] if number == 0 else _positive(number, False, said)


def amount_in_words(
    amount: int | Decimal,
    currency: str = "VND",
    name: str = "",
    zero_tens: ZeroTens = "lẻ",
    wording: Wording | None = None,
) -> str:
    """Write an amount of money in words, with a capital: Một triệu đồng; … đô la Mỹ và … xu.

    Args:
        amount: in units of the currency; hundredths are named, smaller parts are rounded half away
            from zero to them.
        currency: ISO code.
        name: what a unit is called, where the company has its own word; else the usual one, or the
            code for a currency that has none here.
        zero_tens: as for `number_in_words`; ``wording`` says it and the rest.
    """
    said = wording or Wording(zero_tens)
    usual, hundredth = _NAMES.get(currency, (currency, "xu"))
    unit = name or usual
    # Half away from zero, as every amount is rounded.
    hundredths = int((abs(Decimal(amount)) * 100 + Decimal("0.5")) // 1)
    whole, part = divmod(hundredths, 100)
    words = f"{number_in_words(whole, wording=said)} {unit}"
    if part:
        words += f" và {number_in_words(part, wording=said)} {hundredth}"
    if amount < 0 and hundredths:
        words = f"âm {words}"
    if said.exact and hundredths % (100_000 if currency == "VND" else 100) == 0:
        words += " chẵn"
    return said.prefix + words[0].upper() + words[1:]


def _positive(number: int, after: bool, said: Wording) -> str:
    """Write a number above 0; ``after``: words of higher places stand before it."""
    high, low = divmod(number, _BILLION)
    names = ("", f" {said.thousand}", " triệu")
    words = []
    if high:
        words.append(f"{_positive(high, after, said)} tỷ")
    for place in (2, 1, 0):
        group = low // 1000**place % 1000
        if group:
            words.append(_group(group, after or bool(words), said) + names[place])
    return " ".join(words)


def _group(group: int, after: bool, said: Wording) -> str:
    """Write 1 to 999; behind higher places the hundreds are read even when there are none."""
    hundreds, rest = divmod(group, 100)
    tens, units = divmod(rest, 10)
    words = []
    if hundreds or after:
        words.append(f"{_DIGITS[hundreds]} trăm")
    if tens > 1:
        words.append(f"{_DIGITS[tens]} mươi")
    elif tens == 1:
        words.append("mười")
    elif units and words:
        words.append(said.zero_tens)
    if units:
        words.append(_unit(units, tens, said))
    return " ".join(words)


def _unit(units: int, tens: int, said: Wording) -> str:
    if units == 5 and tens >= 1:
        return "lăm"
    if tens >= 2 and units in (1, 4):
        return "mốt" if units == 1 else said.four
    return _DIGITS[units]
