"""Whatever is done to a file on its way, a file that was touched does nothing (INV-34)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lienso.errors import Refused
from lienso_transport_bundle.sealed_file import header_of, write_sealed

FLIPS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def touched(path: Path, where: float, bit: int) -> Path:
    """Return a copy of a file with one bit flipped."""
    data = bytearray(path.read_bytes())
    data[int(where * len(data))] ^= 1 << bit
    copy = path.with_suffix(".touched")
    copy.write_bytes(data)
    return copy


def code_of(work: Any) -> str:
    with pytest.raises(Refused) as refused:
        work()
    return refused.value.code


@FLIPS
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_touched_file_of_an_office_changes_nothing_in_the_cloud(
    head: Any, a: Any, where: float, bit: int
) -> None:
    if not a.files:
        a.note("PT00001", partner=a.partner("KH1").id)
        a.sent = a.export()
    before = head.everything()

    assert code_of(lambda: head.take(a, touched(a.sent, where, bit))).startswith("bundle_")
    assert head.everything() == before
    assert list(a.folder.glob("*.answer")) == []


@FLIPS
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_touched_answer_changes_nothing_at_the_office(
    head: Any, a: Any, where: float, bit: int
) -> None:
    if not a.files:
        head.partner("KH1")
        a.note("PT00001")
        head.take(a, a.export())
    before = a.everything()

    assert code_of(lambda: a.settle(touched(a.reply, where, bit))).startswith("bundle_")
    assert a.everything() == before


def test_a_file_that_is_whole_is_taken_after_its_touched_copy_was_refused(
    head: Any, a: Any
) -> None:
    a.note()
    sent = a.export()
    assert code_of(lambda: head.take(a, touched(sent, 0.9, 0))) == "bundle_damaged"

    assert head.take(a, sent).accepted == 1


def _without(kind: str, messages: list[Any]) -> list[Any]:
    return [message for message in messages if message["kind"] != kind]


def _changed(messages: list[Any], **fields: Any) -> list[Any]:
    """Change fields of the first push."""
    return [
        {**one, "message": {**one["message"], **fields}} if one["kind"] == "push" else one
        for one in messages
    ]


FORGERIES: dict[str, Any] = {
    "no messages": lambda messages: [],
    "no Hello": lambda messages: _without("hello", messages),
    "no log": lambda messages: _without("push", messages),
    "no pull": lambda messages: _without("pull", messages),
    "two pulls": lambda messages: [*messages, messages[-1]],
    "the log twice": lambda messages: [messages[0], messages[1], *messages[1:]],
    "another kind": lambda messages: [{"kind": "call"}, *messages],
    "no kind": lambda messages: [{}, *messages],
    "another place": lambda messages: _changed(messages, first_seq=7),
    "another proof": lambda messages: _changed(messages, previous_chain="00" * 31),
    "no proof": lambda messages: _changed(messages, previous_chain=None),
    "a change less": lambda messages: _changed(
        messages, changes=messages[1]["message"]["changes"][:1]
    ),
    "no changes": lambda messages: _changed(messages, changes="all"),
    "an edited change": lambda messages: _changed(
        messages,
        changes=[{**one, "body": "{}"} for one in messages[1]["message"]["changes"]],
    ),
}
"""What somebody who has the key may write, or a fault of ours."""


@pytest.mark.parametrize("name", FORGERIES)
def test_a_file_that_was_sealed_but_makes_no_sense_changes_nothing(
    head: Any, a: Any, name: str
) -> None:
    a.note("PT00001", partner=a.partner("KH1").id)
    sent = a.export()
    header = {"from": "site", "bundle_id": "b", "number": 2, "incarnation": 0, "history": ""}
    header["ranges"] = {"first_seq": 1, "last_seq": 2, "cursor": 0}
    forged = sent.with_suffix(".forged")
    write_sealed(forged, a.key, header, FORGERIES[name](a.messages(sent)))
    before = head.everything()

    assert code_of(lambda: head.take(a, forged)) == "bundle_damaged"
    assert head.everything() == before


@pytest.mark.parametrize(
    "header",
    [
        {"number": "2"},
        {"bundle_id": "b" * 65},
        {"incarnation": 3},
        {"history": "other"},
        {"ranges": {"first_seq": 1, "last_seq": 9, "cursor": 0}},
        {"ranges": None},
    ],
    ids=str,
)
def test_a_header_that_does_not_say_what_the_messages_say_changes_nothing(
    head: Any, a: Any, header: dict[str, Any]
) -> None:
    a.note()
    sent = a.export()
    good = {"from": "site", "bundle_id": "b", "number": 2, "incarnation": 0, "history": ""}
    good["ranges"] = {"first_seq": 1, "last_seq": 1, "cursor": 0}
    forged = sent.with_suffix(".forged")
    write_sealed(forged, a.key, {**good, **header}, a.messages(sent))
    before = head.everything()

    assert code_of(lambda: head.take(a, forged)) == "bundle_damaged"
    assert head.everything() == before
    whole = sent.with_suffix(".whole")
    write_sealed(whole, a.key, good, a.messages(sent))
    assert head.take(a, whole).accepted == 1


@pytest.mark.parametrize(
    "forge",
    [
        lambda messages: [],
        lambda messages: messages[1:],
        lambda messages: messages[:-1],
        lambda messages: [*messages[:-1], {**messages[-1], "message": {}}],
        lambda messages: [messages[0], {"kind": "unjudged"}, *messages[1:]],
        lambda messages: [{**one, "first_seq": None} for one in messages],
        lambda messages: [{**one, "withdraws": None} for one in messages],
        lambda messages: [*messages[:1], {"kind": "else"}, *messages[1:]],
    ],
    ids=["empty", "no Hello", "no last page", "no fields", "unjudged", "place", "given up", "else"],
)
def test_an_answer_that_was_sealed_but_makes_no_sense_changes_nothing(
    head: Any, a: Any, forge: Any
) -> None:
    head.partner("KH1")
    a.note()
    head.take(a, a.export())
    forged = a.reply.with_suffix(".forged")
    write_sealed(forged, a.key, header_of(a.reply), forge(a.messages(a.reply)))
    before = a.everything()

    assert code_of(lambda: a.settle(forged)) == "bundle_damaged"
    assert a.everything() == before
    assert a.settle().accepted == 1
