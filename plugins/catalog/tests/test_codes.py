"""Codes are compared without case, in NFC, trimmed; accents and Đ count (§8)."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from lienso.fields import parse_body
from lienso.keys import fold_code
from lienso_catalog.items import Unit

LETTERS = "aAáÁàÀảẢđĐdDơƠớỚưỨyỶ019.-_ "
codes = st.text(st.sampled_from(LETTERS), min_size=1, max_size=20).filter(lambda code: code.strip())


@given(codes)
def test_all_spellings_of_a_code_fold_to_one(code: str) -> None:
    spellings = (
        unicodedata.normalize("NFD", code),
        f"  {code}\t",
        code.upper(),
        code.lower(),
    )

    assert {fold_code(spelling) for spelling in spellings} == {fold_code(code)}


@given(codes)
def test_a_stored_code_is_trimmed_and_nfc_and_keeps_its_case(code: str) -> None:
    unit, findings = parse_body(Unit, {"code": unicodedata.normalize("NFD", f" {code} ")})

    assert findings == []
    assert unit is not None
    assert unit.code == unicodedata.normalize("NFC", code.strip())


@given(codes)
def test_d_with_a_stroke_is_another_letter(code: str) -> None:
    assert fold_code(code + "Đ") != fold_code(code + "D")
