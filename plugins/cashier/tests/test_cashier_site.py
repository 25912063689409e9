"""The cashier at an office: both functions need the cloud; requests are shown without their state (§5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lienso.kernel import Kernel
from lienso.testing.kernels import actor, catch_up, go_offline, office

MARCH = {"from_date": "2026-03-01", "to_date": "2026-03-31"}


@pytest.fixture
def site(company: Any) -> Iterator[Kernel]:
    with office(company.kernel, "S1") as kernel:
        catch_up(kernel)
        yield kernel


def test_he_posts_over_the_line_and_not_without_it(
    company: Any, site: Kernel, refused: Any
) -> None:
    record = company.receipt(500)
    params = {"vouchers": [record.data.no]}

    result = site.invoke(actor(site), "cashier.post_vouchers", params)
    go_offline(site)
    posting = refused(lambda: site.invoke(actor(site), "cashier.post_vouchers", params))
    listing = refused(lambda: site.invoke(actor(site), "cashier.list_posted", MARCH))

    assert result["posted"] == [record.data.no]
    assert (posting.code, listing.code) == ("offline_refused", "offline_refused")


def test_requests_of_an_office_say_what_is_known_there(company: Any, site: Kernel) -> None:
    company.take(company.receipt(500))
    catch_up(site)
    online = site.report(actor(site), "cashier.requests", {**MARCH, "state": "all"})

    go_offline(site)
    offline = site.report(actor(site), "cashier.requests", MARCH)

    assert [row[7] for row in online.rows] == ["Đã ghi sổ"]
    assert [row[7] for row in offline.rows] == ["Chưa xác định"]
    assert "chỉ gồm chứng từ tại máy chủ này" in offline.subtitle


def test_an_office_knows_what_he_posted_and_keeps_a_voucher_from_being_deleted(
    company: Any, site: Kernel, refused: Any
) -> None:
    record = company.receipt(500)
    company.take(record)
    catch_up(site)
    params = {"voucher": record.data.no}

    error = refused(lambda: site.invoke(actor(site), "system.unpost_voucher", params))

    assert error.code == "posted_by_cashier"
