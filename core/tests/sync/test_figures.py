"""Figures at a site: live online, then blank or the last online value with its time."""

from __future__ import annotations

from typing import Any


def figure(office: Any, id: str) -> Any:
    found = office.kernel.figure(office.by, id)
    return (found.value, found.state)


def test_a_kept_figure_is_read_again_after_every_pull(a: Any, b: Any) -> None:
    assert figure(a, "small.notes") == (0, "live")
    b.note()
    b.site.push()

    a.pass_time(61_000)
    a.site.set_mode(False)

    assert figure(a, "small.notes") == (1, "last_online")


def test_a_kept_figure_does_not_change_while_the_site_is_offline(a: Any, b: Any) -> None:
    figure(a, "small.notes")
    a.site.set_mode(False)
    b.note()
    b.site.push()

    assert figure(a, "small.notes") == (0, "last_online")


def test_a_blank_figure_is_never_old_and_never_zero(a: Any) -> None:
    assert figure(a, "small.blank") == (0, "live")

    a.site.set_mode(False)

    assert figure(a, "small.blank") == (None, "offline")


def test_a_figure_that_nobody_looks_at_any_more_is_not_read_again(head: Any, a: Any) -> None:
    figure(a, "small.notes")
    head.clock.advance(8 * 86_400)
    calls = a.link.sent.count("call")

    a.pass_time(61_000)

    assert a.link.sent.count("call") == calls
