"""The algebra of the merge: what two offices wrote is joined, or told, but never made up or lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lienso.fields import Body, CatalogEntry, Merge, merge_rules
from lienso.sync.merging import SIDES, Merged, MergeRules, merge, torn_groups

RULES = MergeRules({"c": "pair", "d": "pair"}, frozenset({"code"}), {"lines": "id", "tags": "."})

_VALUE = st.sampled_from([None, True, 1, "", "x", "y"])
_LINE = st.fixed_dictionaries({"id": st.sampled_from("pqrst"), "v": st.integers(0, 2)})
_BODY = st.fixed_dictionaries(
    {},
    optional={
        **{name: _VALUE for name in ("a", "b", "c", "d")},
        "code": st.sampled_from(["K1", "K2"]),
        "lines": st.lists(_LINE, max_size=4, unique_by=lambda line: line["id"]),
        "tags": st.lists(st.sampled_from("uvw"), max_size=3, unique=True),
    },
)


def changed(base: Mapping[str, Any], mine: Mapping[str, Any]) -> set[str]:
    """Name the fields that differ; ``True`` is not 1, and nothing there is not a null."""
    names = {*base, *mine}
    return {n for n in names if repr(base.get(n, "absent")) != repr(mine.get(n, "absent"))}


def by_id(body: Mapping[str, Any]) -> dict[str, Any]:
    return {line["id"]: line for line in body.get("lines", [])}


def told(merged: Merged, name: str) -> bool:
    return name in merged.conflicts


# -- laws --------------------------------------------------------------------------------------------


@given(_BODY, _BODY)
def test_with_the_other_side_unchanged_it_is_mine(base: Any, mine: Any) -> None:
    merged = merge(base, mine, base, RULES)

    assert (merged.body, merged.taken, merged.conflicts) == (mine, (), {})


@given(_BODY, _BODY)
def test_with_my_side_unchanged_it_is_theirs(base: Any, theirs: Any) -> None:
    merged = merge(base, base, theirs, RULES)

    assert (merged.body, merged.conflicts) == (theirs, {})
    assert set(merged.taken) == changed(base, theirs)


@given(_BODY, _BODY)
def test_the_same_edit_twice_is_that_edit(base: Any, mine: Any) -> None:
    merged = merge(base, mine, mine, RULES)

    assert (merged.body, merged.taken, merged.conflicts) == (mine, (), {})


@given(_BODY, _BODY, _BODY)
def test_it_does_not_matter_who_comes_first(base: Any, one: Any, other: Any) -> None:
    there, back = merge(base, one, other, RULES), merge(base, other, one, RULES)

    assert set(there.conflicts) == set(back.conflicts)
    if not there.conflicts:
        assert there.body == back.body


@given(_BODY, _BODY, _BODY)
def test_joining_again_what_was_joined_changes_nothing(base: Any, mine: Any, theirs: Any) -> None:
    joined = merge(base, mine, theirs, RULES)
    assume(not joined.conflicts)

    again = merge(theirs, joined.body, joined.body, RULES)
    sent_again = merge(base, mine, joined.body, RULES)

    assert (again.body, again.conflicts) == (joined.body, {})
    assert (sent_again.body, sent_again.conflicts) == (joined.body, {})


_UNITS = (("a",), ("b",), ("c", "d"), ("lines",), ("tags",))


def edited(base: Mapping[str, Any], source: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    """Return the base with these fields as in another body."""
    kept = {name: value for name, value in base.items() if name not in names}
    return {**kept, **{name: source[name] for name in names & source.keys()}}


@given(_BODY, _BODY, st.lists(st.booleans(), min_size=len(_UNITS), max_size=len(_UNITS)))
def test_edits_of_different_fields_are_joined_whole(
    base: Any, source: Any, belongs: list[bool]
) -> None:
    ours = {n for unit, is_ours in zip(_UNITS, belongs, strict=True) if is_ours for n in unit}
    others = {n for unit in _UNITS for n in unit} - ours
    one, other = edited(base, source, ours), edited(base, source, others)

    merged = merge(base, one, other, RULES)

    assert merged.conflicts == {}
    assert changed(merged.body, edited(base, source, ours | others)) == set()
    assert merge(base, other, one, RULES).body == merged.body


@given(_BODY, _BODY, _BODY)
def test_no_value_is_there_that_nobody_wrote(base: Any, mine: Any, theirs: Any) -> None:
    merged = merge(base, mine, theirs, RULES)

    for name, value in merged.body.items():
        if name in ("lines", "tags"):
            written = [*mine.get(name, []), *theirs.get(name, [])]
            assert all(line in written for line in value)
        else:
            assert repr(value) in (repr(mine.get(name, "-")), repr(theirs.get(name, "-")))


@given(_BODY, _BODY, _BODY)
def test_what_either_side_changed_is_there_or_told(base: Any, mine: Any, theirs: Any) -> None:
    merged = merge(base, mine, theirs, RULES)

    for side in (mine, theirs):
        for name in changed(base, side) - {"lines", "tags"}:
            assert told(merged, name) or name not in changed(side, merged.body)


@given(_BODY, _BODY, _BODY)
def test_no_line_of_either_side_is_lost_or_comes_back_untold(
    base: Any, mine: Any, theirs: Any
) -> None:
    merged = merge(base, mine, theirs, RULES)
    assume(not told(merged, "lines"))

    old, result = by_id(base), by_id(merged.body)
    for side in (by_id(mine), by_id(theirs)):
        for id in {*old, *side}:
            if old.get(id) != side.get(id) and not told(merged, f"lines.{id}"):
                assert result.get(id) == side.get(id)


@given(_BODY, _BODY, _BODY)
def test_the_fields_of_a_group_come_from_one_side(base: Any, mine: Any, theirs: Any) -> None:
    merged = merge(base, mine, theirs, RULES)
    assume(not told(merged, "c") and not told(merged, "d"))

    def pair(body: Any) -> str:
        return repr((body.get("c", "absent"), body.get("d", "absent")))

    assert pair(merged.body) in (pair(mine), pair(theirs))


@given(_BODY, _BODY, _BODY, st.data())
def test_once_all_is_decided_the_choices_hold(
    base: Any, mine: Any, theirs: Any, data: st.DataObject
) -> None:
    conflicts = merge(base, mine, theirs, RULES).conflicts
    choices = {path: data.draw(st.sampled_from(SIDES)) for path in conflicts}

    decided = merge(base, mine, theirs, RULES, choices)

    assert decided.conflicts == {}
    for path, choice in choices.items():
        chosen = mine if choice == "mine" else theirs
        name, _, key = path.partition(".")
        if not key:
            assert name not in changed(decided.body, chosen)
        elif name == "lines":
            assert by_id(decided.body).get(key) == by_id(chosen).get(key)


# -- cases -------------------------------------------------------------------------------------------


def test_a_field_that_both_changed_otherwise_is_told_with_all_three_values() -> None:
    merged = merge({"a": 1}, {"a": 2, "b": "x"}, {"a": 3}, RULES)

    assert merged.conflicts["a"].as_json() == {"base": 1, "mine": 2, "theirs": 3}


def test_true_is_not_one_and_a_null_is_not_nothing() -> None:
    merged = merge({"a": 1, "b": 0}, {"a": True, "b": 0}, {"a": 1, "b": 0, "d": None}, RULES)

    assert merged.body == {"a": True, "b": 0, "d": None}


def test_a_change_of_what_says_who_it_is_is_never_joined() -> None:
    base = {"code": "K1", "a": 1, "b": 1}

    here = merge(base, {**base, "code": "K2"}, {**base, "a": 2}, RULES)
    there = merge(base, {**base, "a": 2}, {**base, "code": "K2"}, RULES)

    assert here.conflicts["code"].as_json() == {"base": "K1", "mine": "K2", "theirs": "K1"}
    assert set(here.conflicts) == set(there.conflicts) == {"code"}


def test_a_group_that_both_touched_is_chosen_from_one_side() -> None:
    base = {"c": 1, "d": 1}

    conflicts = merge(base, {"c": 2, "d": 1}, {"c": 1, "d": 2}, RULES).conflicts

    assert {path: found.group for path, found in conflicts.items()} == {"c": "pair", "d": "pair"}
    assert torn_groups(conflicts, {"c": "mine", "d": "theirs"}) == ["pair"]
    assert torn_groups(conflicts, {"c": "mine"}) == ["pair"]
    assert torn_groups(conflicts, {"c": "mine", "d": "mine"}) == []


def lines(*pairs: tuple[str, int]) -> dict[str, Any]:
    return {"lines": [{"id": id, "v": v} for id, v in pairs]}


def test_lines_of_both_sides_are_there_and_stand_where_they_were_put() -> None:
    base = lines(("p", 1), ("q", 1), ("r", 1))
    mine = lines(("p", 1), ("s", 1), ("q", 2), ("r", 1))
    theirs = lines(("p", 1), ("r", 1), ("t", 1), ("q", 1))

    merged = merge(base, mine, theirs, RULES)

    assert merged.conflicts == {}
    assert merged.body == lines(("p", 1), ("s", 1), ("r", 1), ("t", 1), ("q", 2))
    assert merged.taken == ("lines.t",)


def test_a_line_that_one_changed_and_the_other_took_out_is_told() -> None:
    base = lines(("p", 1), ("q", 1))

    merged = merge(base, lines(("p", 2), ("q", 1)), lines(("q", 1)), RULES)

    assert set(merged.conflicts) == {"lines.p"}
    assert merged.conflicts["lines.p"].theirs is None


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("qpr", "prq"),  # each in its own order
        ("ppq", "pqrs"),  # a key twice tells nothing apart
    ],
)
def test_lines_that_cannot_be_told_apart_or_ordered_are_one_value(mine: str, theirs: str) -> None:
    sides = [lines(*((key, 1) for key in keys)) for keys in ("pqr", mine, theirs)]

    merged = merge(sides[0], sides[1], sides[2], RULES)

    assert set(merged.conflicts) == {"lines"}
    for choice, side in (("mine", sides[1]), ("theirs", sides[2])):
        assert merge(*sides, RULES, {"lines": choice}).body == side


def test_a_list_without_a_key_is_one_value() -> None:
    merged = merge({"z": [1]}, {"z": [1, 2]}, {"z": [1, 3]}, RULES)

    assert set(merged.conflicts) == {"z"}


# -- declarations ------------------------------------------------------------------------------------


class Unit(Body):
    """A line."""

    name: str = ""


class Sample(CatalogEntry):
    """An entry that says how its fields are joined."""

    tax_code: Annotated[str, Merge(never=True)] = ""
    price: Annotated[int, Merge(group="price")] = 0
    currency: Annotated[str | None, Merge(group="price")] = None
    units: Annotated[list[Unit], Merge(by="name")] = []


def test_a_model_says_how_its_fields_are_joined() -> None:
    rules = merge_rules(Sample)

    assert rules.never == {"code", "tax_code"}
    assert rules.group_of == {"price": "price", "currency": "price"}
    assert rules.line_key == {"units": "name"}
