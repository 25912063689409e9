"""Printed forms: columns as they are shown, the mark on what is not confirmed, and the doors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lienso import client
from lienso.cli.commands import app
from lienso.cli.servers import site_services
from lienso.errors import Refused
from lienso.kernel import Kernel
from lienso.printing import columns, pad, printed, wrap
from lienso.testing import kernels
from lienso.transport import ServeOptions
from typer.testing import CliRunner

MARK = "*** SỐ TẠM: số PT00001 chưa được Cloud xác nhận"


@pytest.fixture
def head() -> Iterator[Kernel]:
    with kernels.cloud() as kernel:
        yield kernel


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:{tmp_path / 'site.db'}"


@pytest.fixture
def site(head: Kernel, store: str) -> Iterator[Kernel]:
    with kernels.office(head, storage=store) as kernel:
        yield kernel


def receipt_offline(site: Kernel, **more: Any) -> str:
    """Enter a receipt without a line; returns its id."""
    kernels.go_offline(site)
    line = {"line": 1, "debit": "1111", "credit": "711", "amount": 500_000}
    body = {"posting_date": "2026-03-02", "lines": [line], **more}
    return site.save(kernels.actor(site), "cash_receipt", body).record.id


def run(*arguments: str) -> tuple[int, str, str]:
    """Run ``lienso``; returns exit code, output and errors."""
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("text", "taken"), [("Phiếu thu", 9), ("Phiê\u0301u", 5), ("深圳", 4), ("", 0)]
)
def test_columns_are_counted_as_they_are_shown(text: str, taken: int) -> None:
    assert columns(text) == taken


@pytest.mark.parametrize(("align", "filled"), [("<", "深圳  "), (">", "  深圳"), ("^", " 深圳 ")])
def test_a_text_is_filled_up_by_what_it_takes(align: Any, filled: str) -> None:
    assert pad("深圳", 6, align) == filled


def test_rows_break_between_words_and_long_words_where_they_must() -> None:
    assert wrap("Thu tiền bán hàng", 8, "  ") == ["Thu tiền", "  bán", "  hàng"]
    assert wrap("深圳市有限公司", 6) == ["深圳市", "有限公", "司"]
    assert wrap("", 8) == []


def test_a_form_keeps_its_width_with_names_of_two_columns_a_letter(site: Kernel) -> None:
    id = receipt_offline(site, payer_receiver="深圳市精工机械设备有限公司", address="广东省" * 20)

    text = printed(site, kernels.actor(site), "cash_receipt", id).text

    assert "深圳市精工机械设备有限公司" in text
    assert max(map(columns, text.splitlines())) <= 80


def test_a_number_that_is_not_confirmed_is_marked_until_it_is(site: Kernel) -> None:
    id, by = receipt_offline(site), kernels.actor(site)
    before = printed(site, by, "cash_receipt", "PT00001")
    kernels.go_online(site)
    kernels.synchronization(site).push()

    after = printed(site, by, "cash_receipt", id)

    assert (before.sync_state, after.sync_state) == ("never_synced", "synced")
    assert before.text.startswith(MARK)
    assert after.text == before.text.partition("\n\n")[2]
    assert "Số: PT00001" in after.text


def test_an_edit_that_is_not_confirmed_is_marked(site: Kernel) -> None:
    id, by = receipt_offline(site), kernels.actor(site)
    kernels.go_online(site)
    kernels.synchronization(site).push()
    kernels.go_offline(site)
    site.save(by, "cash_receipt", {"reason": "Thu khác"}, id=id, merge=True)

    form = printed(site, by, "cash_receipt", id)

    assert form.sync_state == "pending"
    assert form.text.startswith("*** CHƯA ĐỒNG BỘ: nội dung sửa của số PT00001")


def test_a_type_without_a_form_is_refused(head: Kernel) -> None:
    with pytest.raises(Refused) as caught:
        printed(head, kernels.actor(head), "object", "KH001")

    assert caught.value.code == "not_printable"
    assert "cash_receipt" in caught.value.detail["printable"]


def test_the_command_asks_a_running_site(site: Kernel) -> None:
    receipt_offline(site)
    server = site.serve("grpc:127.0.0.1:0", site_services(site), ServeOptions())
    with client.connect(server.url) as line:
        form = line.print("cash_receipt", "PT00001")

    plain = run("print", "cash_receipt", "PT00001", "--at", server.url)
    refused = run("print", "object", "KH001", "--at", server.url)
    server.stop(grace_s=0)

    assert plain == (0, form.text, "")
    assert form.text.startswith(MARK)
    assert refused[0] == 1
    assert refused[2].startswith("not_printable")


def test_the_command_reads_the_database_of_a_stopped_site(head: Kernel, store: str) -> None:
    with kernels.office(head, storage=store) as site:
        receipt_offline(site)

    code, output, _errors = run(
        "print", "cash_receipt", "PT00001", "--storage", store, "--site", "--json"
    )

    assert code == 0
    assert json.loads(output)["sync_state"] == "never_synced"
    assert json.loads(output)["text"].startswith(MARK)


def test_the_command_says_what_is_missing(head: Kernel, store: str) -> None:
    with kernels.office(head, storage=store):
        pass

    unknown = run("print", "cash_receipt", "PT00009", "--storage", store, "--site")
    nowhere = run("print", "cash_receipt", "PT00009")
    stranger = run(
        "print", "cash_receipt", "PT00009", "--storage", store, "--site", "--tenant", "X"
    )

    assert (unknown[0], unknown[2][:9]) == (1, "not_found")
    assert (nowhere[0], nowhere[2][:15]) == (1, "setting_missing")
    assert (stranger[0], "tenant_unknown" in stranger[2]) == (1, True)
