"""The disasters of an office's machine, by the name of the situation; the cloud's own are elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lienso.errors import LinkError, Refused
from lienso.sync import reoffering, site_host
from lienso.sync.enrolment import retire_site
from lienso.testing import kernels


def set_back(office: Any, copy: list[Any]) -> None:
    """Put an older copy of an office's store in its place and start it."""
    tenants, tenant = office.kernel.storage.tenants(), office.by.tenant
    tenants.drop(tenant)
    tenants.import_(iter(copy))
    office.restart()


def copied(office: Any) -> list[Any]:
    return list(office.kernel.storage.tenants().export(office.by.tenant))


def cloud_back(head: Any, copy: list[Any]) -> None:
    """Put an older copy of the cloud's data in its place, and tell nobody."""
    tenants = head.kernel.storage.tenants()
    tenants.drop(head.by.tenant)
    tenants.import_(iter(copy))


def cloned(head: Any, office: Any) -> Any:
    """Start a copy of an office's store on another machine."""
    other = new_machine(head, office.by.site)
    set_back(other, copied(office))
    other.restart(host="another machine")
    return other


def new_machine(head: Any, site: str) -> Any:
    """Enrol a site on a machine that has nothing yet."""
    office = head.office(site, online=False)
    office.kernel.ids = kernels.Ids("new machine")
    office.restart(host="another machine")
    return office


def everywhere(head: Any, *offices: Any) -> list[list[str]]:
    """Return the descriptions of all notes, at each side."""
    found = []
    for side in (head, *offices):
        records = side.read(lambda view: view.changes(0).records)
        bodies = [record.body for record in records if record.type == "note"]
        found.append(
            sorted(body.partition('"description":"')[2].partition('"')[0] for body in bodies)
        )
    return found


# -- process or power crash --------------------------------------------------------------------------


def test_process_or_power_crash(head: Any, a: Any) -> None:
    note = a.draft(description="one")
    a.link.lose = ["push"]
    with pytest.raises(LinkError):
        a.site.push()

    a.restart()
    a.site.connect()
    a.site.push()

    assert a.state(note) == "synced"
    assert everywhere(head, a) == [["one"], ["one"]]
    assert head.rows("site")[0]["incarnation"] == 1


# -- site restored from an old backup -----------------------------------------------------------------


def test_site_restored_from_an_old_backup(head: Any, a: Any) -> None:
    a.draft(description="one")
    a.site.push()
    copy = copied(a)
    a.draft(description="two")
    a.draft(description="refuse")
    a.site.push()
    set_back(a, copy)
    a.draft(description="three")

    a.site.connect()
    a.site.push(renumber="auto")

    assert everywhere(head) == [["one", "three", "two"]]
    assert everywhere(head, a)[1] == ["one", "refuse", "three", "two"]
    assert a.verdicts() == ["RETURNED"]


# -- machine cloned / two copies run -------------------------------------------------------------------


def test_machine_cloned_the_second_copy_is_kept_out(head: Any, a: Any) -> None:
    a.draft(description="sealed before")
    a.seal()
    clone = cloned(head, a)

    with pytest.raises(Refused) as refused:
        clone.site.connect()

    assert refused.value.code == "site_in_use"


def test_machine_cloned_after_a_take_over_the_loser_is_fenced_and_nothing_unsent_is_dropped(
    head: Any, a: Any
) -> None:
    a.draft(description="sealed before")
    a.seal()
    clone = cloned(head, a)
    clone.draft(description="at the clone")
    a.draft(description="at the first")
    take_over(clone)

    clone.site.connect()
    clone.site.push()
    with pytest.raises(Refused) as refused:
        a.site.push()

    assert refused.value.code == "site_in_use"
    assert a.site.pending() == 2
    head.clock.advance(61)
    a.site.connect()
    a.site.push(renumber="auto")
    clone.site.set_mode(False)
    assert everywhere(head, a) == [["at the clone", "at the first", "sealed before"]] * 2
    assert a.site.pending() == 0
    assert head.rows("site")[0]["incarnation"] >= 2


def test_machine_cloned_two_copies_that_edit_one_record_leave_a_conflict_to_the_user(
    head: Any, a: Any
) -> None:
    note = a.draft(description="both have it")
    a.site.push()
    clone = cloned(head, a)
    a.edit(note, description="of the first")
    clone.edit(note, description="of the clone")
    take_over(clone)
    clone.site.connect()
    clone.site.push()

    head.clock.advance(61)
    a.site.connect()
    a.site.push()

    assert a.verdicts() == ["CONFLICT_EDIT"]
    assert a.get(note).data.description == "of the first"
    assert head.get(note).data.description == "of the clone"


def take_over(office: Any) -> None:
    """Do what ``lienso site moved`` does."""
    office.write(lambda w: w.state("identity").put({"name": "takes_over", "value": "yes"}))


# -- host renamed; system installed anew ---------------------------------------------------------------


def test_host_renamed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = site_host.fingerprint("sqlite:a.db")
    monkeypatch.setattr("platform.node", lambda: "another name")

    if any(path.is_file() for path in site_host._MACHINE_FILES):
        assert site_host.fingerprint("sqlite:a.db") == before
    assert site_host.fingerprint("sqlite:b.db") != site_host.fingerprint("sqlite:a.db")


def test_system_installed_anew_over_a_kept_data_folder(head: Any, a: Any) -> None:
    a.draft(description="kept")
    a.restart(host="the same machine, another system")
    with pytest.raises(Refused):
        a.site.connect()

    take_over(a)
    a.site.connect()
    a.site.push()

    assert everywhere(head) == [["kept"]]
    assert head.rows("site")[0]["incarnation"] == 1  # Its log goes on.
    a.restart(host="the old system")
    with pytest.raises(Refused) as refused:
        a.site.connect()
    assert refused.value.code == "site_in_use"  # The word was for that one time.


# -- reinstalled, data lost ------------------------------------------------------------------------------


def test_reinstalled_with_data_lost(head: Any, a: Any) -> None:
    sent = a.draft(description="sent")
    refused = a.draft(description="refuse")
    a.site.push()
    head.clock.advance(61)

    new = new_machine(head, "A")
    new.site.connect()

    assert new.site.status()["incarnation"] == 2
    assert new.get(sent).data.description == "sent"
    assert (new.verdicts(), new.get(refused).data.description) == (["RETURNED"], "refuse")
    more = new.draft(description="more")
    assert new.site.push().pushed == 1
    assert head.get(more).data.no not in (head.get(sent).data.no, "")


def test_a_retired_site_does_not_come_back(head: Any, a: Any) -> None:
    a.draft(description="kept")
    retire_site(head.kernel, head.by.tenant, "A")

    with pytest.raises(Refused) as refused:
        a.site.connect()

    assert (refused.value.code, a.site.pending()) == ("site_retired", 1)


# -- both restored in one incident ------------------------------------------------------------------------


def test_site_and_cloud_restored_what_either_of_them_has_is_there_again(
    head: Any, a: Any, b: Any
) -> None:
    a.draft(description="before")
    a.site.push()
    copy_a, copy_cloud = copied(a), list(head.kernel.storage.tenants().export(head.by.tenant))
    a.draft(description="after")
    a.site.push()
    b.site.pull()
    tenants = head.kernel.storage.tenants()
    tenants.drop(head.by.tenant)
    tenants.import_(iter(copy_cloud))
    head.write(lambda w: reoffering.begin_history(w, "a new history"))
    set_back(a, copy_a)

    a.site.connect()
    b.site.connect()
    a.site.pull()

    assert everywhere(head, a, b) == [["after", "before"]] * 3


def test_what_was_refused_is_returned_though_its_record_was_offered_as_it_was(
    head: Any, a: Any, b: Any
) -> None:
    note = a.draft(description="before")
    a.site.push()
    copy_a = copied(a)
    a.edit(note, description="refuse")
    a.site.push()
    copy_cloud = copied(head)
    b.draft(description="after")
    b.site.push()
    cloud_back(head, copy_cloud)
    set_back(a, copy_a)

    b.site.connect()  # It finds out that the cloud was set back, which nobody had told it.
    a.site.connect()

    assert a.verdicts() == ["RETURNED"]
    assert a.get(note).data.description == "refuse"


def test_what_a_given_up_change_took_the_place_of_is_given_up_in_a_restored_cloud_too(
    head: Any, a: Any
) -> None:
    note = a.draft("PT00001", description="refuse")
    a.site.push()
    copy = copied(head)
    a.edit(note, attached_count=2)
    a.site.push()
    cloud_back(head, copy)
    head.write(lambda w: reoffering.begin_history(w, "a new history"))
    a.site.connect()

    assert a.site.withdraw([note.id]) == 1
    a.site.push()

    assert (a.site.failures(), head.rows("parked_change")) == ([], [])


def test_what_a_restored_cloud_has_no_module_for_goes_when_it_is_installed(
    head: Any, a: Any
) -> None:
    copy, whole = copied(head), head.kernel.plugins
    note = a.draft()
    a.site.push()
    cloud_back(head, copy)
    head.write(lambda w: reoffering.begin_history(w, "a new history"))
    types = {id: t for id, t in whole.registry.record_types.items() if id != "note"}
    smaller = replace(whole.registry, record_types=types)
    head.kernel.plugins = replace(whole, registry=smaller)

    a.site.connect()

    assert (head.stored(note), a.state(note)) == (None, "syncing")
    head.kernel.plugins = whole
    a.site.connect()
    a.site.push()
    assert (a.site.failures(), head.stored(note).version) == ([], 1)
