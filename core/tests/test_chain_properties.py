"""Chains: whatever is changed, removed or moved in one shows, and nothing shows in a good one."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from lienso.chaining import START, Head, facts_of, follow
from lienso.storage import StoredRecord
from lienso.sync.messages import CHAIN_START, Change, chain
from lienso.verifying.chain import Links

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
VERSIONS = st.lists(
    st.builds(
        dict,
        type=st.sampled_from(["a", "b"]),
        id=st.sampled_from(["1", "2", "3"]),
        version=st.integers(1, 5),
        deleted=st.booleans(),
        schema_version=st.integers(1, 2),
        digest=TEXT,
        summary=TEXT,
        scope=TEXT,
        posting=TEXT,
        provenance=TEXT,
        at=TEXT,
    ),
    min_size=1,
    max_size=8,
)
GAPS = st.lists(st.integers(1, 3), min_size=8, max_size=8)

Version = dict[str, Any]
Row = dict[str, Any]


def placed(versions: list[Version], gaps: list[int]) -> list[Version]:
    """Give each version its place in the feed, rising."""
    place, found = 0, []
    for version, gap in zip(versions, gaps, strict=False):
        place += gap
        found.append({**version, "feed_seq": place})
    return found


def linked(versions: list[Version]) -> list[Row]:
    """Chain versions, as the cloud does."""
    hash, rows = START, []
    for version in versions:
        facts, change_id = facts_of(version), f"c{version['feed_seq']}"
        hash = follow(hash, facts, change_id)
        place = version["feed_seq"]
        rows.append({"feed_seq": place, "change_id": change_id, "facts": facts, "hash": hash})
    return rows


def checked(versions: list[Version], rows: list[Row], *anchors: Head) -> list[str]:
    """Return what is wrong with a chain, its rows in the order of their places."""
    links = Links(anchors)
    links.facts.update({version["feed_seq"]: facts_of(version) for version in versions})
    for row in sorted(rows, key=lambda row: row["feed_seq"]):
        spelt = {name: base64.b64encode(row[name]).decode() for name in ("facts", "hash")}
        links.add({**row, **spelt})
    return [one["what"] for one in links.end().wrong]


def heads(rows: list[Row]) -> list[Head]:
    """Return all heads that a chain ever had."""
    return [Head(0, START), *(Head(row["feed_seq"], row["hash"]) for row in rows)]


@given(VERSIONS, GAPS)
def test_a_good_chain_is_good_with_every_head_that_it_ever_had(
    made: list[Version], gaps: list[int]
) -> None:
    versions = placed(made, gaps)
    rows = linked(versions)

    assert checked(versions, rows, *heads(rows)) == []


@given(VERSIONS, GAPS, st.data())
def test_any_change_of_a_version_shows(made: list[Version], gaps: list[int], data: Any) -> None:
    versions = placed(made, gaps)
    rows = linked(versions)
    at = data.draw(st.integers(0, len(versions) - 1))
    name = data.draw(st.sampled_from(sorted(versions[at])))
    assume(name != "feed_seq")
    old = versions[at][name]
    new = not old if isinstance(old, bool) else old + 1 if isinstance(old, int) else f"{old}x"
    versions[at] = {**versions[at], name: new}

    assert checked(versions, rows) == ["a version is not the one that was accepted"]


@given(VERSIONS, GAPS, st.data())
def test_a_removed_version_or_link_shows(made: list[Version], gaps: list[int], data: Any) -> None:
    versions = placed(made, gaps)
    rows = linked(versions)
    at = data.draw(st.integers(0, len(versions) - 1))
    which = data.draw(st.sampled_from(["version", "link", "both"]))
    assume(which != "both" or at < len(versions) - 1)  # That one is a cut, which only a head shows.
    if which != "link":
        versions = versions[:at] + versions[at + 1 :]
    if which != "version":
        rows = rows[:at] + rows[at + 1 :]
    # Without any link left, a store looks like one from before there was a chain.
    assume(rows)

    alone = checked(versions, rows)

    first_of_old = which == "link" and at == 0
    assert alone or first_of_old
    assert checked(versions, rows, *heads(linked(placed(made, gaps))))


@given(VERSIONS, GAPS, st.data())
def test_versions_or_links_in_each_others_place_show(
    made: list[Version], gaps: list[int], data: Any
) -> None:
    versions = placed(made, gaps)
    assume(len(versions) > 1)
    rows = linked(versions)
    one, other = data.draw(
        st.lists(st.integers(0, len(versions) - 1), min_size=2, max_size=2, unique=True)
    )
    assume(made[one] != made[other])  # Who could tell them apart?
    places = [row["feed_seq"] for row in rows]
    if data.draw(st.booleans()):
        versions[one] = {**versions[one], "feed_seq": places[other]}
        versions[other] = {**versions[other], "feed_seq": places[one]}
    else:
        rows[one] = {**rows[one], "feed_seq": places[other]}
        rows[other] = {**rows[other], "feed_seq": places[one]}

    assert checked(versions, rows)


@given(VERSIONS, GAPS, st.data())
def test_a_chain_that_was_cut_or_made_anew_lacks_the_heads_from_there_on(
    made: list[Version], gaps: list[int], data: Any
) -> None:
    versions = placed(made, gaps)
    before = heads(linked(versions))
    at = data.draw(st.integers(0, len(versions) - 1))
    if data.draw(st.booleans()):
        versions = versions[:at]
    else:
        versions[at] = {**versions[at], "at": f"{versions[at]['at']}x"}
    rows = linked(versions)

    assert checked(versions, rows) == []
    assert checked(versions, rows, *before[: at + 1]) == []
    for head in before[at + 1 :]:
        assert len(checked(versions, rows, head)) == 1


# -- the log of a site --------------------------------------------------------------------------------

CHANGES = st.lists(
    st.builds(
        Change,
        change_id=st.uuids().map(str),
        type=st.just("a"),
        record_id=st.sampled_from(["1", "2"]),
        op=st.sampled_from(["CREATE", "UPDATE", "DELETE"]),
        base_version=st.integers(0, 3),
        body=TEXT,
    ),
    min_size=1,
    max_size=6,
)


def proof(changes: list[Change]) -> bytes:
    """Return the proof of a log."""
    found = CHAIN_START
    for place, change in enumerate(changes, 1):
        found = chain(found, place, change)
    return found


@given(CHANGES, st.data())
def test_the_proof_of_a_log_is_that_of_no_other(changes: list[Change], data: Any) -> None:
    at = data.draw(st.integers(0, len(changes) - 1))
    other = [
        changes[:at] + changes[at + 1 :],
        [*changes[:at], replace(changes[at], body=changes[at].body + "x"), *changes[at + 1 :]],
        [*changes[:at], replace(changes[at], op="CREATE", base_version=9), *changes[at + 1 :]],
        [*changes, changes[at]],
        [*changes[at:], *changes[:at]],
    ]

    assert proof(list(changes)) == proof(changes)
    for log in other:
        assert (proof(log) == proof(changes)) == (log == changes)


def test_a_link_covers_every_field_of_a_version_but_the_body_and_that_by_its_digest() -> None:
    version = StoredRecord("t", "i", 1, 1, False, 1, "b", "d", "s", "sc", "p", "pr", "a")
    fields = {name: getattr(version, name) for name in version.__slots__}
    plain = facts_of(fields)

    changed = {
        name
        for name, value in fields.items()
        if facts_of({**fields, name: not value if value is False else f"{value}x"}) != plain
    }

    assert set(fields) - changed == {"body"}
