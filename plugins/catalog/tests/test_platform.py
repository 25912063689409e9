"""The platform: what comes, what goes, once, and what happens when the line or the record is in the way."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from lienso import LiensoError
from lienso.connector import LinkStatus, Page, PlatformAddress, PushAnswer, PushRow
from lienso.connector.fetching import PAGE_ROWS
from lienso.kernel import Kernel
from lienso.testing.kernels import TENANT, actor, cloud, refused
from lienso.testing.platform import LOST, UNREACHABLE, MemoryPlatform

MODULES = ("system", "catalog")
LINK = {"dataset": "KT-2026", "company_id": "C9", "credentials_ref": "amis-key", "can_push": True}


@pytest.fixture
def platform() -> MemoryPlatform:
    return MemoryPlatform()


@pytest.fixture
def head(platform: MemoryPlatform) -> Iterator[Kernel]:
    with cloud(MODULES, platform=platform) as kernel:
        kernel.save(actor(kernel), "platform_link", LINK)
        yield kernel


def call(head: Kernel, function: str, **params: Any) -> dict[str, Any]:
    result: dict[str, Any] = head.invoke(actor(head), f"catalog.{function}", params)
    return result


def save(head: Kernel, **fields: Any) -> Any:
    return head.save(actor(head), "object", {"is_customer": True, **fields}).record


def change(head: Kernel, code: str, **fields: Any) -> None:
    id = head.get(actor(head), "object", code).id
    head.save(actor(head), "object", fields, id=id, merge=True)


def customer(head: Kernel, code: str) -> Any:
    return head.get(actor(head), "object", code).data


def rows(*codes: str, version: int = 1, **more: Any) -> list[dict[str, Any]]:
    return [
        {"platform_id": f"A-{code}", "version": version, "code": code, "name": code, **more}
        for code in codes
    ]


# -- fetching -----------------------------------------------------------------------------------------


def test_more_rows_than_a_page_come_in_pages_with_their_cursor(
    head: Kernel, platform: MemoryPlatform
) -> None:
    codes = [f"K{n:04}" for n in range(PAGE_ROWS + 3)]
    platform.put("customers", rows(*codes), "c-1")

    first, second = call(head, "fetch_customers"), call(head, "fetch_customers")

    assert (first["created"], first["cursor"]) == (codes, "c-1")
    assert (second["created"], second["unchanged"], second["cursor"]) == ([], 0, "c-1")


class Halves(MemoryPlatform):
    """A platform that gives no more than a few rows a page, whatever it is asked for."""

    def fetch(
        self,
        link: PlatformAddress,
        resource: str,
        cursor: str | None,
        limit: int,
        ids: Sequence[str] | None = None,
    ) -> Page:
        return super().fetch(link, resource, cursor, min(limit, 3), ids)


def test_pages_that_are_shorter_than_asked_for_are_not_the_end() -> None:
    platform = Halves()
    with cloud(MODULES, platform=platform) as head:
        head.save(actor(head), "platform_link", LINK)
        platform.put("customers", rows("K1", "K2", "K3", "K4", "K5", "K6", "K7"))
        assert len(call(head, "fetch_customers")["created"]) == 7


def test_a_row_whose_version_is_no_number_stands_alone_with_its_code(
    head: Kernel, platform: MemoryPlatform
) -> None:
    platform.put("customers", [{**rows("K1")[0], "version": "two"}])
    failed = call(head, "fetch_customers")["failed"]
    assert [(row["platform_id"], row["code"]) for row in failed] == [("A-K1", "platform_rejected")]


def test_a_line_that_breaks_between_pages_leaves_whole_pages(head: Kernel) -> None:
    class Breaks(MemoryPlatform):
        def fetch(
            self, link: PlatformAddress, resource: str, cursor: Any, limit: int, ids: Any = None
        ) -> Page:
            self.fault = UNREACHABLE if cursor and len(self.links) == 1 else ""
            return super().fetch(link, resource, cursor, limit, ids)

    breaks = Breaks()
    codes = [f"K{n:04}" for n in range(PAGE_ROWS + 3)]
    breaks.put("customers", rows(*codes))
    with cloud(MODULES, platform=breaks) as other:
        other.save(actor(other), "platform_link", LINK)

        error = refused(lambda: call(other, "fetch_customers"))
        again = call(other, "fetch_customers")

    assert error.code == "platform_unreachable"
    assert again["created"] == codes[PAGE_ROWS:]


def test_a_row_of_a_lower_version_is_ignored(head: Kernel, platform: MemoryPlatform) -> None:
    platform.put("customers", rows("K1", version=5, phone="0905"))
    call(head, "fetch_customers")
    platform.put("customers", rows("K1", version=4, phone="0904"))

    late = call(head, "fetch_customers")

    assert (late["updated"], late["unchanged"]) == ([], 1)
    assert customer(head, "K1").phone == "0905"


def test_at_the_first_link_a_record_that_may_be_meant_is_asked_about(
    head: Kernel, platform: MemoryPlatform
) -> None:
    save(head, code="TAY", name="Tay", tax_code="0101243150", phone="1")
    platform.put("customers", rows("K1", tax_code="0101243150", phone="2"))

    asked = call(head, "fetch_customers")
    assert asked["conflicts"] == [{"platform_id": "A-K1", "match": "TAY", "by": "tax_code"}]
    assert customer(head, "TAY").platform_id is None

    linked = call(head, "fetch_customers", conflict="local_wins")
    assert linked["updated"] == ["TAY"]
    found = customer(head, "TAY")
    assert (found.platform_id, found.name, found.phone) == ("A-K1", "Tay", "2")


def test_after_the_first_link_a_code_that_is_taken_is_never_linked_silently(
    head: Kernel, platform: MemoryPlatform
) -> None:
    platform.put("customers", rows("K1"))
    call(head, "fetch_customers")
    save(head, code="K2", name="Ours")
    platform.put("customers", rows("K2"))

    done = call(head, "fetch_customers", conflict="platform_wins")

    assert [(row["platform_id"], row["code"]) for row in done["failed"]] == [
        ("A-K2", "code_exists")
    ]
    assert customer(head, "K2").platform_id is None


def test_a_field_that_both_changed_is_shown_and_nothing_written(
    head: Kernel, platform: MemoryPlatform
) -> None:
    platform.put("customers", rows("K1", address="cũ", phone="1"))
    call(head, "fetch_customers")
    change(head, "K1", address="của kế toán")
    platform.put("customers", rows("K1", version=2, address="của AMIS", phone="2"))

    asked = call(head, "fetch_customers")
    asked_again = call(head, "fetch_customers")
    assert asked["conflicts"] == asked_again["conflicts"]
    assert asked["conflicts"] == [
        {"platform_id": "A-K1", "field": "address", "local": "của kế toán", "platform": "của AMIS"}
    ]
    assert customer(head, "K1").phone == "1"

    call(head, "fetch_customers", conflict="platform_wins")
    assert (customer(head, "K1").address, customer(head, "K1").phone) == ("của AMIS", "2")


def test_what_accounting_kept_over_the_platform_waits_to_be_pushed(
    head: Kernel, platform: MemoryPlatform
) -> None:
    platform.put("customers", rows("K1", address="cũ"))
    call(head, "fetch_customers")
    change(head, "K1", address="của kế toán")
    platform.put("customers", rows("K1", version=2, address="của AMIS"))
    call(head, "fetch_customers", conflict="local_wins")

    call(head, "push_customers")

    assert platform.row("customers", "A-K1")["address"] == "của kế toán"


def test_a_row_that_cannot_be_saved_stands_alone_and_comes_again(
    head: Kernel, platform: MemoryPlatform
) -> None:
    platform.put("customers", [*rows("K1"), *rows("K2", credit_limit=-1), *rows("K3")])

    first = call(head, "fetch_customers")
    platform.put("customers", rows("K2", credit_limit=1))
    second = call(head, "fetch_customers")

    assert first["created"] == ["K1", "K3"]
    assert [row["platform_id"] for row in first["failed"]] == ["A-K2"]
    assert (second["created"], second["failed"]) == (["K2"], [])


def test_a_unit_may_come_before_its_parent(head: Kernel, platform: MemoryPlatform) -> None:
    child = {"platform_id": "O-2", "version": 1, "code": "TO", "name": "Tổ", "parent": "O-1"}
    platform.put("org_units", [child, {"platform_id": "O-1", "version": 1, "code": "PX"}])

    done = call(head, "fetch_org_structure")

    assert done["created"] == ["PX", "TO"]


def test_an_unknown_state_is_never_guessed(head: Kernel, platform: MemoryPlatform) -> None:
    platform.put("org_units", [{"platform_id": "O-1", "code": "PX", "status": "sleeping"}])

    done = call(head, "fetch_org_structure")

    assert [(row["platform_id"], row["code"]) for row in done["skipped"]] == [
        ("O-1", "unknown_status")
    ]


def test_single_customers_are_fetched_by_code_and_the_cursor_stays(
    head: Kernel, platform: MemoryPlatform
) -> None:
    platform.put("customers", rows("K1", "K2"), "c-1")
    call(head, "fetch_customers")
    platform.put("customers", rows("K1", "K2", version=2, phone="9"), "c-2")

    one = call(head, "fetch_customers", codes=["K1"])
    error = refused(lambda: call(head, "fetch_customers", codes=["K1", "K9"]))

    assert (one["updated"], one["cursor"]) == (["K1"], "c-1")
    assert (error.code, error.detail["codes"]) == ("platform_not_found", "K9")


# -- pushing ------------------------------------------------------------------------------------------


def test_a_push_whose_answer_was_lost_counts_once(head: Kernel, platform: MemoryPlatform) -> None:
    platform.put("customers", rows("K1"))
    call(head, "fetch_customers")
    change(head, "K1", credit_limit=5_000_000)
    platform.fault = LOST

    lost = refused(lambda: call(head, "push_customers"))
    again = call(head, "push_customers")

    assert lost.code == "platform_unreachable"
    assert again["sent"] == ["K1"]
    assert len(platform.pushed) == 1
    assert customer(head, "K1").version == platform.row("customers", "A-K1")["version"] == 2


def test_what_moved_there_meanwhile_is_merged_and_sent_once_more(
    head: Kernel, platform: MemoryPlatform
) -> None:
    platform.put("customers", rows("K1", "K2", address="cũ"))
    call(head, "fetch_customers")
    change(head, "K1", credit_days=30)
    change(head, "K2", address="của kế toán")
    platform.put("customers", rows("K1", version=2, phone="0999", address="cũ"))
    platform.put("customers", rows("K2", version=2, address="của AMIS"))

    done = call(head, "push_customers")

    assert done["sent"] == ["K1"]
    assert [row["field"] for row in done["conflicts"]] == ["address"]
    assert customer(head, "K1").phone == "0999"
    assert platform.row("customers", "A-K1")["credit_days"] == 30
    assert platform.row("customers", "A-K2")["address"] == "của AMIS"


def test_a_customer_made_here_is_made_there_after_the_first_fetch(
    head: Kernel, platform: MemoryPlatform
) -> None:
    save(head, code="K9", name="Mới", tax_code="0101243150")
    before = call(head, "push_customers")
    platform.put("customers", rows("K1"))
    call(head, "fetch_customers")

    after, again = call(head, "push_customers"), call(head, "push_customers")

    assert (before["sent"], after["sent"], again["sent"]) == ([], ["K9"], [])
    its = platform.row("customers", customer(head, "K9").platform_id)
    assert (its["name"], its["tax_code"]) == ("Mới", "0101243150")


def test_what_the_platform_refuses_is_told_and_sent_again(
    head: Kernel, platform: MemoryPlatform
) -> None:
    platform.put("customers", rows("K1"))
    call(head, "fetch_customers")
    platform.put("customers", [{"platform_id": "A-X", "version": 1, "code": "K9", "name": "X"}])
    save(head, code="K9", name="Mới")

    first, second = call(head, "push_customers"), call(head, "push_customers")

    assert [(row["record"], row["code"]) for row in first["failed"]] == [("K9", "code_taken")]
    assert second["failed"] == first["failed"]


def test_a_field_of_the_platform_changed_only_here_is_given_back(
    head: Kernel, platform: MemoryPlatform
) -> None:
    platform.put("customers", rows("K1", phone="0905"))
    call(head, "fetch_customers")
    change(head, "K1", phone="0000", credit_limit=7)

    done = call(head, "push_customers", codes=["K1"])

    assert (done["applied"], done["kept_local"]) == ({"phone": "0905"}, {"credit_limit": 7})
    assert customer(head, "K1").phone == "0905"


# -- the link -----------------------------------------------------------------------------------------


def test_without_link_or_connector_the_message_says_what_is_missing() -> None:
    with cloud(MODULES) as bare:
        no_link = refused(lambda: call(bare, "fetch_customers"))
        bare.save(actor(bare), "platform_link", LINK)
        no_connector = refused(lambda: call(bare, "push_employees"))

    assert (no_link.code, no_link.detail) == ("platform_not_linked", {"missing": "platform_link"})
    assert (no_connector.code, no_connector.detail) == (
        "platform_not_linked",
        {"missing": "connector"},
    )


def test_a_connector_that_cannot_do_it_is_not_asked(head: Kernel) -> None:
    class Reads(MemoryPlatform):
        def capabilities(self) -> frozenset[str]:
            return frozenset({"fetch:customers"})

    reads = Reads()
    with cloud(MODULES, platform=reads) as other:
        other.save(actor(other), "platform_link", LINK)
        error = refused(lambda: call(other, "push_customers"))

    assert (error.code, error.detail) == ("mapping_missing", {"resource": "push:customers"})
    assert reads.links == []


def test_the_connector_gets_the_name_of_the_credentials_and_nothing_is_logged(
    head: Kernel, platform: MemoryPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    platform.put("customers", rows("K1", phone="0912345678"))

    call(head, "fetch_customers")

    assert platform.links[0] == PlatformAddress(TENANT, "KT-2026", "C9", "amis-key", "financial")
    assert "0912345678" not in caplog.text
    assert "amis-key" not in caplog.text


def test_the_state_of_a_resource_says_what_waits_and_what_came(
    head: Kernel, platform: MemoryPlatform
) -> None:
    platform.put("employees", [{"platform_id": "E-1", "code": "N1", "org_unit": "O-9"}], "e-1")

    call(head, "fetch_employees")

    state = head.read(actor(head), lambda view: next(view.all("platform_link")).data.states)
    assert list(state) == ["employees"]
    assert state["employees"].cursor == "e-1"
    assert state["employees"].waiting == {"E-1": "unknown_org_unit"}
    assert state["employees"].counts["skipped"] == 1


def test_the_platform_of_the_tests_answers_its_own_state(platform: MemoryPlatform) -> None:
    link = PlatformAddress(TENANT, "D", "", "", "financial")
    push = PushRow("A-9", {"name": "x"}, "k")

    assert platform.check(link) == LinkStatus(True, True)
    assert list(platform.push(link, "customers", [push])) == [
        PushAnswer(False, "A-9", code="platform_not_found")
    ]
    with pytest.raises(LiensoError) as caught:
        platform.fetch(link, "customers", "nowhere", 10)
    assert caught.value.code == "platform_rejected"
