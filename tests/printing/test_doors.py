"""Who may print what, where: a site without a line, users without the right, other companies, commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lienso import Actor, OfflineRefused, Refused, Unknown, client
from lienso.api import Api
from lienso.cli.commands import app
from lienso.cli.servers import site_services
from lienso.errors import LimitExceeded
from lienso.kernel import Kernel, Settings, start
from lienso.pdf import print_records, print_report, print_table
from lienso.testing import kernels
from lienso.testing.kernels import TENANT, actor
from lienso.transport import ServeOptions, Services
from typer.testing import CliRunner

from .books import NAME, furnish, line, pages_of, printed, receipt, save, text_of

YEAR = {"from_date": "2026-01-01", "to_date": "2026-12-31"}


@pytest.fixture
def head() -> Iterator[Kernel]:
    with kernels.cloud() as kernel:
        yield furnish(kernel)


@pytest.fixture
def site(head: Kernel) -> Iterator[Kernel]:
    with kernels.office(head) as kernel:
        kernels.catch_up(kernel)
        yield kernel


def refused(kernel: Kernel, *names: str, type: str = "cash_receipt", **asked: Any) -> Refused:
    """Return how printing is refused."""
    with pytest.raises(Refused) as caught:
        print_records(kernel, actor(kernel), type, names, **asked)
    return caught.value


def run(*arguments: str) -> tuple[int, str, str]:
    """Run ``lienso``; returns exit code, output and errors."""
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stdout, done.stderr


# -- at a site ---------------------------------------------------------------------------------------


def test_a_site_prints_without_a_line_and_marks_the_number_until_it_is_confirmed(
    site: Kernel,
) -> None:
    kernels.go_offline(site)
    id = save(site, "cash_receipt", receipt()).id
    before = print_records(site, actor(site), "cash_receipt", [id])
    kernels.go_online(site)
    kernels.synchronization(site).push()

    after = print_records(site, actor(site), "cash_receipt", [id])

    mark = "SỐ TẠM: số PT00001 chưa được Cloud xác nhận"
    assert (before.sync_states, after.sync_states) == (("never_synced",), ("synced",))
    assert text_of(before.data).count(mark) == 3  # on each copy
    assert mark not in text_of(after.data)
    assert NAME in text_of(before.data)
    assert "PT00001" in text_of(after.data)


def test_a_site_counts_every_voucher_of_a_batch_that_it_printed(site: Kernel) -> None:
    kernels.go_offline(site)
    ids = [save(site, "cash_receipt", receipt()).id for _ in range(2)]

    print_records(site, actor(site), "cash_receipt", [*ids, ids[0]])

    table = site.read(actor(site), lambda view: list(view.stored.state("print_count").scan()))
    assert {row["record_id"]: row["printed"] for row in table} == {ids[0]: 2, ids[1]: 1}


def test_what_cannot_be_printed_is_not_counted(site: Kernel) -> None:
    kernels.go_offline(site)
    id = save(site, "cash_receipt", receipt(payer_receiver="深圳")).id

    assert refused(site, id).code == "letters_missing"
    assert site.read(actor(site), lambda view: list(view.stored.state("print_count").scan())) == []


def test_a_count_shows_dots_where_the_books_are_not_known(site: Kernel) -> None:
    kernels.go_offline(site)
    body = {"date": "2026-03-02", "denominations": [{"value": 1000, "sheets": 2}]}

    text = printed(site, "cash_count", save(site, "cash_count", body).id)

    assert "Số dư theo sổ quỹ x …" in text
    assert "Số kiểm kê thực tế x 2.000" in text


def test_books_need_the_cloud_and_are_printed_at_the_site(site: Kernel) -> None:
    id = "general_ledger.trial_balance"
    made = print_report(site, actor(site), id, YEAR)
    kernels.go_offline(site)

    assert "BẢNG CÂN ĐỐI SỐ PHÁT SINH" in text_of(made.data)
    with pytest.raises(OfflineRefused):
        print_report(site, actor(site), id, YEAR)


# -- rights --------------------------------------------------------------------------------------------


def permitted(head: Kernel, *actions: str, to: str = "cash_receipt") -> Actor:
    """Make a user who may do these things with receipts, or with something else, and return him."""
    by = actor(head)
    head.save(by, "permission", {"code": "R", "function": to, "actions": [*actions]})
    head.save(by, "role", {"code": "R", "permissions": ["R"]})
    head.save(by, "user", {"code": "hoa", "roles": ["R"]})
    return Actor(TENANT, "hoa")


def test_who_may_see_but_not_print_is_refused(head: Kernel) -> None:
    id = save(head, "cash_receipt", receipt()).id
    by = permitted(head, "see")

    with pytest.raises(Refused) as caught:
        print_records(head, by, "cash_receipt", [id])

    assert caught.value.code == "no_permission"
    assert caught.value.detail["action"] == "print"


def test_who_may_print_receipts_prints_them_and_no_book(head: Kernel) -> None:
    id = save(head, "cash_receipt", receipt()).id
    by = permitted(head, "see", "print")

    assert len(pages_of(print_records(head, by, "cash_receipt", [id]).data)) == 3
    with pytest.raises(Refused) as caught:
        print_report(head, by, "general_ledger.trial_balance", YEAR)
    assert caught.value.code == "no_permission"


def test_a_book_is_printed_by_who_may_print_it_not_by_who_may_only_see_it(head: Kernel) -> None:
    id = "general_ledger.trial_balance"
    by = permitted(head, "see", to=id)

    assert head.report(by, id, YEAR).totals
    with pytest.raises(Refused) as caught:
        print_report(head, by, id, YEAR)

    assert (caught.value.code, caught.value.detail["action"]) == ("no_permission", "print")


def test_the_foot_of_a_book_says_which_state_of_the_books_it_shows(head: Kernel) -> None:
    id, by = "general_ledger.trial_balance", actor(head)
    table = head.report(by, id, YEAR)

    made = print_table(head, by, id, table, YEAR, as_of=4711)

    assert "Phiên bản sổ: 4711" in text_of(made.data)
    assert "Phiên bản sổ" not in text_of(print_report(head, by, id, YEAR).data)


def test_a_voucher_of_another_company_is_not_found(head: Kernel) -> None:
    id = save(head, "cash_receipt", receipt()).id
    other = head.add_tenant(
        "OTHER", "Công ty khác", options={"accounting.start_date": "2026-01-01"}
    )
    stranger = Actor(other.id, "tester", trusted=True)

    with pytest.raises(Unknown) as caught:
        print_records(head, stranger, "cash_receipt", [id])

    assert caught.value.code == "not_found"


# -- what is asked for ---------------------------------------------------------------------------------


def test_one_record_that_is_not_there_prints_none_of_the_batch(head: Kernel) -> None:
    id = save(head, "cash_receipt", receipt()).id

    with pytest.raises(Unknown):
        print_records(head, actor(head), "cash_receipt", [id, "PT99999"])


def test_what_no_form_can_do_is_refused_with_what_there_is(head: Kernel) -> None:
    id = save(head, "cash_receipt", receipt()).id

    assert refused(head, id, form="02-TT").detail["there"] == "01-TT"
    assert refused(head, id, paper="A3").detail["there"] == "A5, A4"
    assert refused(head).code == "nothing_to_print"
    assert "cash_receipt" in refused(head, "KH001", type="object").detail["printable"]
    count = save(head, "cash_count", {"date": "2026-03-02"}).id
    assert refused(head, count, type="cash_count", form="08b-TT").code == "form_does_not_fit"
    for asked in ({"copies": 10}, {"names": [id] * 501}):
        with pytest.raises(LimitExceeded):
            print_records(head, actor(head), "cash_receipt", **{"names": [id], **asked})


def test_without_the_plugin_a_pdf_is_refused_and_text_is_printed() -> None:
    modules = ["system", "catalog", "general_ledger", "cash"]
    with kernels.cloud(modules) as kernel:
        id = save(kernel, "cash_receipt", receipt()).id
        with pytest.raises(Refused) as caught:
            print_records(kernel, actor(kernel), "cash_receipt", [id])

    assert caught.value.code == "not_printable"


def test_a_companys_folder_wins_and_is_no_other_companys(tmp_path: Path) -> None:
    folder = tmp_path / "forms"
    (folder / "TEST").mkdir(parents=True)
    own = "#let form(doc) = page[Phiếu riêng #doc.record.no]"
    (folder / "TEST" / "01-TT.typ").write_text(own, encoding="utf-8")
    settings = Settings(clock=kernels.Clock(), ids=kernels.Ids(), forms=str(folder))
    with start(settings) as kernel:
        options = {"accounting.start_date": "2026-01-01"}
        tenants = [kernel.add_tenant(code, code, options=options) for code in ("TEST", "OTHER")]
        texts = []
        for tenant in tenants:
            by = Actor(tenant.id, "tester", trusted=True)
            id = kernel.save(by, "cash_receipt", receipt()).record.id
            texts.append(text_of(print_records(kernel, by, "cash_receipt", [id], copies=1).data))

    assert texts[0] == "Phiếu riêng PT00001"
    assert "PHIẾU THU" in texts[1]


# -- the command ---------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A database with two receipts."""
    url = f"sqlite:{tmp_path / 'cloud.db'}"
    with kernels.cloud(storage=url) as kernel:
        furnish(kernel)
        for _receipt in range(2):
            save(kernel, "cash_receipt", receipt(), post=True)
    return url


def test_the_command_prints_a_batch_into_one_file(store: str, tmp_path: Path) -> None:
    out = tmp_path / "receipts.pdf"

    done = run("print", "cash_receipt", "PT00001", "PT00002", "--storage", store, "--out", str(out), "--copies", "1")  # fmt: skip

    assert done == (0, f"{out}: 01-TT\n", "")
    pages = pages_of(out.read_bytes())
    assert ["PT00001" in pages[0], "PT00002" in pages[1]] == [True, True]


@pytest.mark.parametrize(
    "what",
    [
        ["cash_receipt", "PT00001"],
        ["general_ledger.account_ledger", "--params", json.dumps({**YEAR, "account": "1111"})],
    ],
)
def test_the_command_prints_for_the_archive(store: str, tmp_path: Path, what: list[str]) -> None:
    out = tmp_path / "kept.pdf"

    done = run("print", *what, "--storage", store, "--out", str(out), "--archive")

    assert done[0] == 0
    assert b"<pdfaid:part>2</pdfaid:part>" in out.read_bytes()


def test_the_command_prints_a_report_and_tells_programs_what(store: str, tmp_path: Path) -> None:
    out = tmp_path / "book.pdf"
    params = json.dumps({**YEAR, "account": "1111"})

    code, output, _errors = run("print", "general_ledger.account_ledger", "--params", params, "--storage", store, "--out", str(out), "--json")  # fmt: skip

    assert code == 0
    assert json.loads(output) == {"file": str(out), "forms": ["S03b-DN"], "sync_states": []}
    assert "PT00002" in text_of(out.read_bytes())


def test_the_command_refuses_with_code_and_what_to_do_and_writes_nothing(
    store: str, tmp_path: Path
) -> None:
    out = tmp_path / "a.pdf"
    place = ("--storage", store, "--out")

    unknown = run("print", "cash_receipt", "PT00009", *place, str(out))
    none = run("print", "cash_receipt", *place, str(out))
    nowhere = run("print", "cash_receipt", "PT00001", *place, str(tmp_path / "no" / "a.pdf"))
    nothing = run("print")
    several = run("print", "cash_receipt", "PT00001", "PT00002", "--storage", store)

    assert [done[2].partition(":")[0] for done in (unknown, none, nowhere)] == [
        "not_found",
        "nothing_to_print",
        "file_unwritable",
    ]
    assert [done[0] for done in (unknown, none, nowhere, nothing, several)] == [1, 1, 1, 2, 2]
    assert not out.exists()


def test_the_command_lists_forms_with_what_they_print() -> None:
    code, output, _errors = run("print", "--list", "--json")
    rows = {row["form"]: row for row in json.loads(output)}
    _code, counts, _errors = run("print", "cash_count", "--list")

    assert code == 0
    assert rows["01-TT"] == {
        "form": "01-TT",
        "title": "Phiếu thu",
        "record_types": ["cash_receipt"],
        "reports": [],
        "papers": ["A5", "A4"],
        "copies": 3,
    }
    assert rows["S07-DN"]["reports"] == ["cash.fund_book", "cashier.cash_book"]
    assert [line.split()[0] for line in counts.splitlines()] == ["08a-TT", "08b-TT"]
    assert run("print", "object", "--list")[2].startswith("not_printable")


def test_the_settings_name_the_folder_of_own_forms(store: str, tmp_path: Path) -> None:
    (tmp_path / "forms").mkdir()
    own = "#let form(doc) = page[Phiếu riêng #doc.record.no]\n"
    (tmp_path / "forms" / "01-TT.typ").write_text(own, encoding="utf-8")
    (tmp_path / "lienso.toml").write_text(
        f'storage = "{store}"\nforms = "forms"\n', encoding="utf-8"
    )
    out, place = tmp_path / "a.pdf", ("--data", str(tmp_path), "--out", str(tmp_path / "a.pdf"))

    good = run("print", "cash_receipt", "PT00001", *place)
    text = text_of(out.read_bytes())
    (tmp_path / "forms" / "01-TT.typ").write_text(own + "#let = 1\n", encoding="utf-8")
    bad = run("print", "cash_receipt", "PT00001", *place)

    assert good[0] == 0
    assert text.startswith("Phiếu riêng PT00001")
    assert bad[0] == 1
    assert bad[2].startswith(f"form_broken: Mẫu in {tmp_path / 'forms' / '01-TT.typ'} sai ở dòng 2")


# -- over the line -------------------------------------------------------------------------------------


def test_a_running_site_prints_for_programs_and_for_the_command(
    site: Kernel, tmp_path: Path
) -> None:
    kernels.go_offline(site)
    for _receipt in range(2):
        save(site, "cash_receipt", receipt())
    server = site.serve("grpc:127.0.0.1:0", site_services(site), ServeOptions())
    out = tmp_path / "a.pdf"
    with client.connect(server.url) as connection:
        made = connection.pdf.records("cash_receipt", ["PT00001", "PT00002"], paper="A4", copies=2)
        with pytest.raises(Refused) as wrong_form:
            connection.pdf.records("cash_receipt", ["PT00001"], "02-TT")
        with pytest.raises(OfflineRefused):
            connection.pdf.report("general_ledger.trial_balance", YEAR)
        with pytest.raises(Refused) as too_many:
            connection.pdf.records("cash_receipt", [])
        kept = connection.pdf.records("cash_receipt", ["PT00001"], archive=True)
    done = run("print", "cash_receipt", "PT00001", "--at", server.url, "--out", str(out), "--json")
    server.stop(grace_s=0)

    assert made.forms == ("01-TT", "01-TT")
    assert made.sync_states == ("never_synced", "never_synced")
    assert len(pages_of(made.data)) == 4
    assert b"<pdfaid:part>2</pdfaid:part>" in kept.data
    assert (wrong_form.value.code, too_many.value.code) == ("form_unknown", "nothing_to_print")
    assert done[0] == 0
    assert json.loads(done[1])["sync_states"] == ["never_synced"]
    assert "SỐ TẠM: số PT00001" in text_of(out.read_bytes())


def test_a_long_book_comes_from_the_cloud_in_parts_and_is_whole(head: Kernel) -> None:
    lines = [line("1111", "711", 1_000 + n) | {"line": n + 1} for n in range(1_500)]
    save(head, "cash_receipt", receipt(lines=lines), post=True)
    params = {**YEAR, "account": "711"}
    services = Services(Api(head), lambda _token: actor(head))
    server = head.serve("grpc:127.0.0.1:0", services, ServeOptions())
    with client.connect(server.url) as connection:
        made = connection.pdf.report("general_ledger.account_ledger", params)
        kept = connection.pdf.report("general_ledger.trial_balance", YEAR, archive=True)
    server.stop(grace_s=0)

    here = print_report(head, actor(head), "general_ledger.account_ledger", params)
    assert made.data == here.data
    assert b"<pdfaid:part>2</pdfaid:part>" in kept.data
    assert made.forms == ("S03b-DN",)
    pages = pages_of(made.data)
    assert len(pages) > 20
    assert f"Trang {len(pages)}/{len(pages)}" in pages[-1]
    assert all("Diễn giải" in page for page in pages[:-1])  # heads stand on every page
