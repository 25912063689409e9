"""Clocks, ids and sites for tests."""

from __future__ import annotations

from lienso.ids import is_id
from lienso.testing.kernels import (
    Clock,
    Ids,
    actor,
    catch_up,
    cloud,
    go_offline,
    go_online,
    office,
)

from .toy import (
    module,
)


def test_a_clock_stands_until_it_is_set_to_a_day_or_an_instant() -> None:
    clock = Clock("2026-03-31")

    assert clock.now().isoformat() == "2026-03-31T05:00:00+00:00"
    clock.advance(3_600 * 13)
    assert clock.today().isoformat() == "2026-04-01"
    clock.set("2026-04-02T08:00:00+07:00")
    assert clock.now().isoformat() == "2026-04-02T01:00:00+00:00"


def test_ids_are_the_same_in_every_run_and_differ_between_kernels() -> None:
    ids, again, other = Ids("S1"), Ids("S1"), Ids("S2")
    made = [ids.new() for _ in range(3)]

    assert made == [again.new() for _ in range(3)]
    assert sorted(set(made)) == made
    assert other.new() not in made
    assert is_id(made[0])
    assert ids.secret() != ids.secret()


def test_a_site_comes_up_in_step_and_goes_off_the_line_by_word() -> None:
    with cloud(plugins={"toy": module()}) as head, office(head, "S1") as site:
        head.save(actor(head), "object", {"code": "K1", "kind": "person"})
        assert site.read(actor(site), lambda view: view.by_code("object", "K1")) is None

        catch_up(site)
        go_offline(site)

        assert site.get(actor(site), "object", "K1").data.code == "K1"
        assert site.mode().name == "offline_manual"
        go_online(site)
        assert site.online
