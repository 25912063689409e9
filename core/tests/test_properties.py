"""What holds for every value: canonical JSON, money, numbers of vouchers, merges."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lienso import Label, Manifest, RecordType, hookimpl, limits
from lienso.canonical import canonical_text, digest_of, parse
from lienso.errors import Refused
from lienso.fields import Body, Money, Quantity, Voucher, parse_body, to_json
from lienso.records import merge_body
from lienso.testing.kernels import actor, cloud

MONEY = st.integers(-limits.MEASURE_MAX, limits.MEASURE_MAX)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.none() | st.booleans() | MONEY | TEXT
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
)
"""Every JSON value without a float."""

# -- canonical JSON -----------------------------------------------------------------------------------


@given(VALUES)
def test_a_value_is_read_back_from_its_canonical_json(value: Any) -> None:
    text = canonical_text(value)

    assert parse(text) == value
    assert canonical_text(parse(text)) == text


@given(st.dictionaries(TEXT, VALUES, max_size=6), st.randoms())
def test_the_order_of_keys_changes_nothing(value: dict[str, Any], chance: Any) -> None:
    shuffled = list(value.items())
    chance.shuffle(shuffled)

    assert canonical_text(dict(shuffled)) == canonical_text(value)
    assert digest_of(canonical_text(dict(shuffled))) == digest_of(canonical_text(value))


@given(VALUES, st.booleans(), st.sampled_from([None, 0, 3]))
def test_however_a_value_is_spelt_its_canonical_json_is_one(
    value: Any, ascii: bool, indent: int | None
) -> None:
    spelt = json.dumps(value, ensure_ascii=ascii, indent=indent)

    assert canonical_text(parse(spelt)) == canonical_text(value)
    assert canonical_text(parse(spelt.encode())) == canonical_text(value)


@given(VALUES, VALUES)
def test_different_values_have_different_digests(one: Any, other: Any) -> None:
    same = digest_of(canonical_text(one)) == digest_of(canonical_text(other))

    assert same == (canonical_text(one) == canonical_text(other))
    assert same == (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))


@given(st.lists(VALUES, max_size=3), st.floats(), st.lists(VALUES, max_size=3))
def test_a_float_is_refused_wherever_it_hides(before: Any, number: float, after: Any) -> None:
    value = {"lines": [*before, {"amount": number}, *after]}

    with pytest.raises(Refused) as refused:
        canonical_text(value)

    assert refused.value.code == "float_refused"
    assert refused.value.detail["field"] == f"lines.{len(before)}.amount"


# -- money and decimals -------------------------------------------------------------------------------


class Amounts(Body):
    """A record with an amount and a decimal."""

    amount: Money
    rate: Quantity | None = None


@given(MONEY)
def test_every_amount_of_64_bits_is_read_back(amount: int) -> None:
    data, findings = parse_body(Amounts, {"amount": amount})

    assert findings == []
    assert data is not None
    assert parse(canonical_text(to_json(data))) == {"amount": amount}


@given(
    st.floats()
    | st.booleans()
    | TEXT
    | st.none()
    | st.integers(min_value=limits.MEASURE_MAX + 1, max_value=2**64 - 1)
    | st.just(-limits.MEASURE_MAX - 1)
)
def test_nothing_else_is_an_amount(amount: Any) -> None:
    data, findings = parse_body(Amounts, {"amount": amount})

    assert data is None
    assert [(found.field, found.code) for found in findings] in (
        [("amount", "float_refused")],
        [("amount", "type_wrong")],
        [("amount", "value_out_of_range")],
    )


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, min_value=-(10**18), max_value=10**18, places=6
    )
)
def test_a_decimal_keeps_every_digit(rate: Decimal) -> None:
    data, findings = parse_body(Amounts, {"amount": 0, "rate": format(rate, "f")})

    assert findings == []
    assert data is not None
    written = to_json(data)["rate"]
    assert isinstance(written, str)
    assert Decimal(written) == rate
    assert "E" not in written


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_no_decimal(rate: float) -> None:
    _data, findings = parse_body(Amounts, {"amount": 0, "rate": rate})

    assert [(found.field, found.code) for found in findings] == [("rate", "float_refused")]


@pytest.mark.parametrize("rate", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_not_read_as_nothing(rate: float) -> None:
    class Priced(Amounts):
        discount: Quantity | None = None
        more: list[Amounts] = []

    body = {"amount": 0, "rate": "1", "discount": rate, "more": [{"amount": 0, "rate": rate}]}
    data, findings = parse_body(Priced, body)

    assert data is None
    assert [(found.field, found.line, found.code) for found in findings] == [
        ("discount", None, "float_refused"),
        ("more.0.rate", 1, "float_refused"),
    ]


# -- numbers of vouchers ------------------------------------------------------------------------------


class Note(Voucher):
    """A voucher of the series NV."""


def module() -> SimpleNamespace:
    """Make a module of one voucher."""
    types = [RecordType("note", Label("Phiếu", "Note"), Note, "voucher", "NV")]
    return SimpleNamespace(
        MANIFEST=Manifest("notes", "Phiếu", "1.0"),
        lienso_record_types=hookimpl(lambda: types, specname="lienso_record_types"),
    )


STEPS = st.lists(
    st.tuples(st.just("next"), st.just(0))
    | st.tuples(st.just("typed"), st.integers(1, 12))
    | st.tuples(st.just("odd"), st.integers(1, 3))
    | st.tuples(st.just("refused"), st.just(0))
    | st.tuples(st.just("deleted"), st.integers(0, 10)),
    max_size=25,
)


class Series:
    """What numbers a series must give: the plainest model of the rule."""

    def __init__(self) -> None:
        self.counter = 0
        self.taken: dict[str, str] = {}

    def next(self) -> str:
        self.counter += 1
        while f"NV{self.counter:05d}" in self.taken:
            self.counter += 1
        return f"NV{self.counter:05d}"

    def typed(self, value: int) -> None:
        self.counter = max(self.counter, value)


@settings(max_examples=60)
@given(STEPS)
def test_no_two_vouchers_have_one_number_and_none_is_left_out(
    steps: Sequence[tuple[str, int]],
) -> None:
    with cloud(plugins={"notes": module()}) as kernel:
        by, series = actor(kernel), Series()

        def save(**body: Any) -> Any:
            return kernel.save(by, "note", {"posting_date": "2026-03-02", **body}).record

        for kind, value in steps:
            number = f"NV{value:05d}" if kind == "typed" else f"X-{value}"
            if kind == "refused":
                with pytest.raises(Refused):
                    save(colour="red")
            elif kind == "deleted":
                if series.taken:
                    chosen = sorted(series.taken)[value % len(series.taken)]
                    kernel.delete(by, "note", series.taken.pop(chosen))
            elif kind == "next":
                saved = save()
                assert saved.data.no == series.next()
                series.taken[saved.data.no] = saved.id
            elif number in series.taken:
                with pytest.raises(Refused) as refused:
                    save(no=number)
                assert refused.value.code == "voucher_no_duplicate"
            else:
                series.taken[number] = save(no=number).id
                if kind == "typed":
                    series.typed(value)
        live = kernel.read(by, lambda view: [record.data.no for record in view.all("note")])

    assert sorted(live) == sorted(series.taken)
    assert len(set(live)) == len(live)


# -- merges ---------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["reason", "amount", "lines", "taxes"])
LINES = st.lists(
    st.fixed_dictionaries({"line": st.integers(1, 6)}, optional={"amount": MONEY, "account": TEXT}),
    min_size=1,
    max_size=4,
    unique_by=lambda line: line["line"],
).map(lambda lines: sorted(lines, key=lambda line: line["line"]))
BODIES = st.dictionaries(NAMES, LINES | SCALARS.filter(lambda value: value is not None), max_size=4)
FIELDS = st.dictionaries(NAMES, LINES | SCALARS, max_size=4)


@given(BODIES, FIELDS)
def test_a_merge_changes_what_it_names_and_nothing_else(
    before: dict[str, Any], fields: dict[str, Any]
) -> None:
    kept = deepcopy((before, fields))

    merged = merge_body(before, fields)

    assert (before, fields) == kept
    assert {name: merged[name] for name in before if name not in fields} == {
        name: value for name, value in before.items() if name not in fields
    }
    assert all(name not in merged for name, value in fields.items() if value is None)
    assert merge_body(merged, fields) == merged


@given(LINES, LINES)
def test_lines_are_merged_by_their_number_and_none_is_lost(
    before: list[dict[str, Any]], changed: list[dict[str, Any]]
) -> None:
    merged = merge_body({"lines": before}, {"lines": changed})["lines"]

    numbers = [line["line"] for line in merged]
    assert numbers == sorted({line["line"] for line in (*before, *changed)})
    by_number = {line["line"]: line for line in merged}
    for line in changed:
        assert line.items() <= by_number[line["line"]].items()
    for line in before:
        unnamed = {
            name: value
            for name, value in line.items()
            if all(name not in other for other in changed if other["line"] == line["line"])
        }
        assert unnamed.items() <= by_number[line["line"]].items()


@given(st.dictionaries(NAMES, LINES, max_size=2), st.dictionaries(NAMES, VALUES, max_size=3))
def test_a_merge_of_nonsense_is_left_to_the_model(before: Any, fields: Any) -> None:
    merged = merge_body(before, fields)

    assert {name for name, value in fields.items() if value is not None} <= set(merged)
