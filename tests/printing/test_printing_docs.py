"""docs/printing.md: its table is that of the registry, its examples print; ``LIENSO_WRITE_DOCS=1`` writes
the table anew."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lienso.kernel import Kernel, Settings, start
from lienso.model import Actor
from lienso.pdf import forms_of, print_records
from lienso.testing import kernels
from lienso.testing.kernels import actor
from lienso_general_ledger.words import Wording, amount_in_words
from lienso_printing.declared import FORMS

from .books import receipt, save, text_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "printing.md"
EXAMPLES = ROOT / "docs" / "examples" / "forms"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCK = re.compile(r"(<!-- generated: forms -->\n)(.*?)(<!-- end -->)", re.S)


def table() -> str:
    """Write the table of forms."""
    rows = ["| form | title | prints | paper | copies |", "| --- | --- | --- | --- | --- |"]
    for form in FORMS:
        prints = ", ".join(f"`{id}`" for id in (*form.record_types, *form.reports))
        lies = " landscape" if form.landscape else ""
        papers = "/".join(form.papers) + lies
        rows.append(f"| `{form.code}` | {form.title.vi} | {prints} | {papers} | {form.copies} |")
    return "\n".join(rows) + "\n"


def test_the_table_has_all_forms() -> None:
    found = BLOCK.search(TEXT)
    assert found is not None
    if os.environ.get("LIENSO_WRITE_DOCS"):
        PAGE.write_text(BLOCK.sub(lambda old: old[1] + table() + old[3], TEXT), encoding="utf-8")
        return

    assert found[2] == table()


def test_every_example_is_the_file_that_it_names() -> None:
    shown = re.findall(r"<!-- docs/examples/forms/([\w.-]+) -->\n```\w+\n(.*?)```", TEXT, re.S)

    assert [name for name, _body in shown] == ["01-TT.typ", "plugin.py"]
    for name, body in shown:
        assert body == (EXAMPLES / name).read_text(encoding="utf-8"), name


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Kernel]:
    """A company with the example among its own forms."""
    folder = tmp_path / "forms"
    folder.mkdir()
    shutil.copy(EXAMPLES / "01-TT.typ", folder)
    with start(Settings(clock=kernels.Clock(), ids=kernels.Ids(), forms=str(folder))) as kernel:
        kernel.add_tenant("TEST", "An Phát", id=kernels.TENANT, options={"accounting.start_date": "2026-01-01"})  # fmt: skip
        yield kernel


def test_the_form_of_the_companys_own_prints(company: Kernel) -> None:
    id = save(company, "cash_receipt", receipt()).id

    text = text_of(print_records(company, actor(company), "cash_receipt", [id], copies=1).data)

    assert "Quầy: ………" in text
    assert "Bằng chữ: Mười lăm triệu bảy trăm năm mươi nghìn đồng" in text
    assert "Đã nhận đủ" not in text


def test_the_partners_form_prints_and_ours_is_still_there() -> None:
    spec = importlib.util.spec_from_file_location("acme_forms_plugin", EXAMPLES / "plugin.py")
    assert spec is not None
    assert spec.loader is not None
    acme = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(acme)
    settings = Settings(clock=kernels.Clock(), ids=kernels.Ids(), plugins={"acme_forms": acme})
    with start(settings) as kernel:
        tenant = kernel.add_tenant("A", "A", options={"accounting.start_date": "2026-01-01"})
        by = Actor(tenant.id, "tester", trusted=True)
        id = kernel.save(by, "cash_receipt", receipt()).record.id
        codes = [form.code for form in forms_of(kernel.registry, "cash_receipt")]
        texts = {code: text_of(print_records(kernel, by, "cash_receipt", [id], code).data) for code in codes}  # fmt: skip

    assert codes == ["acme-phieu-thu", "01-TT"]
    assert "PHIẾU THU ACME Số PT00001 Nhận của: Nguyễn Thị Thuỳ Dương" in texts["acme-phieu-thu"]
    assert "Mẫu số 01-TT" in texts["01-TT"]


OPTION = re.compile(r"^\| `words\.(\w+)` = `([^`]+)` \|[^|]+\| ([^|]+) \| ([^|]+) \|$", re.M)


def test_the_table_of_words_says_what_the_function_says() -> None:
    rows = OPTION.findall(TEXT)
    values: dict[str, Any] = {"true": True}

    assert {name for name, *_rest in rows} == set(Wording.__dataclass_fields__)
    for name, value, odd, even in rows:
        wording = Wording(**{name: values.get(value, value)})
        said = [amount_in_words(Decimal(amount), wording=wording) for amount in (24_105, 24_000)]
        assert said == [odd, even], name
