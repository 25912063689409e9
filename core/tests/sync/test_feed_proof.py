"""A site proves with every Hello which feed it has taken; a cloud that has another one was set back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from lienso import chaining
from lienso.sync import scopes, site_log, site_scope
from lienso.sync.extent import Scope

from .caller import Caller
from .world import Office, World

ELSEWHERE = "00000009-0000-7000-8000-000000000000"


@pytest.fixture(params=["memory:", "sqlite:{folder}/cloud.db"])
def head(request: Any, tmp_path: Any, worlds: Callable[..., World]) -> Iterator[World]:
    """The cloud, on both storages."""
    world = worlds(request.param.format(folder=tmp_path))
    yield world
    world.close()


def history(head: World) -> str:
    return head.read(lambda view: site_log.identity(view, "history_id"))


def proof(office: Office) -> str:
    return str(office.read(site_scope.feed_proof))


def grown(head: World, office: Office) -> None:
    """Let the cloud's feed grow past a site's cursor."""
    cursor = office.site.status()["cursor"]
    while (place := head.kernel.storage.head(head.by.tenant)) <= cursor:
        head.kernel.save(head.by, "partner", {"code": f"G{place}"})


def test_a_feed_that_grew_past_a_cursor_after_the_cloud_was_set_back_is_found_out(
    head: World, a: Office, b: Office, set_back: Callable[..., None]
) -> None:
    note = a.note("PT00001")
    a.site.push()
    b.site.pull()
    before = history(head)
    set_back(told=False)
    grown(head, b)
    made = head.kernel.save(head.by, "partner", {"code": "MADE"}).record

    b.site.connect()

    assert history(head) != before
    assert head.get(note).posted()
    assert b.get(made).version == 1
    assert b.site.failures() == []


def test_a_site_whose_scope_holds_nothing_of_a_page_finds_it_out_too(
    head: World, a: Office, b: Office, set_back: Callable[..., None]
) -> None:
    scope = Scope((ELSEWHERE,), ("partner",))
    head.write(lambda writer: scopes.give(writer, b.by.site, scope))
    b.site.pull()
    a.note("PT00001")
    a.site.push()
    b.site.pull()
    before = history(head)
    set_back(told=False)
    head.write(lambda writer: scopes.give(writer, b.by.site, scope))
    grown(head, b)

    b.site.connect()

    assert history(head) != before


def test_the_proof_is_that_of_the_cursor_and_goes_on_with_it(
    head: World, a: Office, b: Office
) -> None:
    before = history(head)
    for _ in range(3):
        a.draft()
        a.site.push()
        b.site.pull()
        cursor = b.site.status()["cursor"]
        assert proof(b) == head.read(lambda view, at=cursor: chaining.link(view, at)) != ""
        b.site.connect()

    assert history(head) == before


def test_a_site_that_is_still_behind_proves_what_it_has(head: World, a: Office, b: Office) -> None:
    before = history(head)
    a.draft()
    a.site.push()
    b.site.pull()
    had = proof(b)
    for _ in range(3):
        a.draft()
    a.site.push()

    b.site.connect()

    assert history(head) == before
    assert had != proof(b) != ""


def test_a_site_or_a_cloud_without_proofs_goes_on_as_before(
    head: World, a: Office, b: Office
) -> None:
    real = b.link.real.pull
    b.link.real.pull = lambda request: replace(real(request), chain="")  # type: ignore[method-assign]  # a cloud of before
    a.draft()
    a.site.push()
    b.write(lambda writer: site_log.set_identity(writer, feed_proof=""))
    b.site.pull()
    assert proof(b) == ""

    caller, before = Caller(head), history(head)
    caller.hello()
    assert caller.hello(cursor=1, feed_proof="").decision == "OK"
    b.site.connect()

    assert history(head) == before


def test_a_proof_of_an_earlier_history_is_not_shown(
    head: World, a: Office, set_back: Callable[..., None]
) -> None:
    a.draft()
    a.site.push()
    a.site.pull()
    old = proof(a)
    set_back(told=True)
    a.site.connect()
    before = history(head)

    a.site.connect()

    assert old not in ("", proof(a))
    assert history(head) == before


@pytest.mark.parametrize("text", ["1:00", "x", ":", "1", "99999999999999999999999:00", "-1:00"])
def test_what_is_no_link_of_the_chain_is_no_proof(head: World, text: str) -> None:
    caller = Caller(head)
    caller.hello()
    head.kernel.save(head.by, "note", {"posting_date": "2026-03-02"})

    assert caller.hello(cursor=1, feed_proof=text).decision == "NEW_HISTORY"
