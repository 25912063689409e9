"""Documents on forms: copies, papers, forms of the company's own, and what is wrong with them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest
from lienso.errors import Refused
from lienso.forms import Form, Sheets
from lienso_printing import press as press_module
from lienso_printing.press import Job, Press, TooSlow
from lienso_printing.typesetting import OURS, typeset

from .reading import pages_of, text_of

Make = Callable[..., Form]


def named(name: str) -> dict[str, Any]:
    """Return what is printed of somebody."""
    return {"record": {"name": name}, "company": {}, "marks": []}


def greet(press: Press, form: Form, *names: str, **more: Any) -> bytes:
    """Greet people, each on a page of his own."""
    return typeset(Sheets([(form, named(name)) for name in names or ("An",)], **more), press)


def refused(press: Press, form: Form, *folders: Path) -> Refused:
    """Return how a form is refused."""
    with pytest.raises(Refused) as caught:
        greet(press, form, folders=tuple(map(str, folders)))
    return caught.value


def own(folder: Path, text: str | bytes, name: str = "loi-chao.typ") -> Path:
    """Put a form of the company's own into a folder."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def size_of(data: bytes) -> tuple[int, int]:
    """Return width and height of the first page, mm."""
    box = pypdf.PdfReader(io.BytesIO(data)).pages[0].mediabox
    return round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)


def test_documents_of_a_batch_are_pages_of_one_pdf(press: Press, make: Make) -> None:
    data = greet(press, make(), "An", "Bình", "Chi", copies=2)

    assert pages_of(data) == 6
    assert [text_of(data).count(f"Kính chào {name}") for name in ("An", "Bình", "Chi")] == [2, 2, 2]
    assert text_of(data).count("Liên 2.") == 3


def test_forms_of_one_batch_may_differ(press: Press, make: Make) -> None:
    farewell = make("#let form(doc) = page[Tạm biệt #doc.record.name]", "tam-biet")

    data = typeset(Sheets([(make(), named("An")), (farewell, named("An"))]), press)

    assert "Kính chào An" in text_of(data)
    assert "Tạm biệt An" in text_of(data)


@pytest.mark.parametrize(
    ("paper", "size"), [("", (210, 148)), ("A5", (210, 148)), ("A4", (210, 297))]
)
def test_a_voucher_is_made_for_both_papers(
    press: Press, make: Make, paper: str, size: tuple[int, int]
) -> None:
    assert size_of(greet(press, make(), paper=paper)) == size


def test_the_same_documents_are_the_same_bytes(press: Press, make: Make) -> None:
    form = make()
    first = greet(press, form)
    press.close()

    assert greet(press, form) == first


@pytest.mark.parametrize("count", [1, 25])
def test_what_goes_to_the_archive_says_so_and_tells_its_structure(
    press: Press, make: Make, count: int
) -> None:
    form, names = make(), [f"An {n}" for n in range(count)]

    kept = pypdf.PdfReader(io.BytesIO(greet(press, form, *names, archive=True)))
    plain = pypdf.PdfReader(io.BytesIO(greet(press, form, *names)))

    said = kept.root_object["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in said
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in said
    assert "/StructTreeRoot" in kept.root_object
    assert "pdfaid" not in plain.root_object["/Metadata"].get_object().get_data().decode()
    assert ("/StructTreeRoot" in plain.root_object) == (count == 1)


def test_what_users_typed_is_text_and_no_markup(press: Press, make: Make) -> None:
    name = '#panic("x") *đậm* $x$ @preview/a:1.0.0 \\ <a> [b] `c`'

    assert name in text_of(greet(press, make(), name))


# -- forms of a company's own ------------------------------------------------------------------------


def test_a_form_of_the_companys_own_wins_and_the_first_folder_first(
    press: Press, make: Make, tmp_path: Path
) -> None:
    shared = own(tmp_path / "forms", "#let form(doc) = page[Mẫu chung]")
    company = own(tmp_path / "company", "#let form(doc) = page[Mẫu của AN PHÁT]")

    assert text_of(greet(press, make(), folders=(str(shared),))) == "Mẫu chung"
    both = (str(company), str(shared))
    assert text_of(greet(press, make(), folders=both)) == "Mẫu của AN PHÁT"
    nowhere = (str(tmp_path / "nowhere"),)
    assert "Kính chào" in text_of(greet(press, make(), folders=nowhere))


def test_what_all_forms_share_may_be_the_companys_own_too(
    press: Press, make: Make, tmp_path: Path
) -> None:
    common = (OURS / "common.typ").read_text(encoding="utf-8")
    folder = own(
        tmp_path / "forms",
        common + "\n#let voucher(doc, body) = page[AN PHÁT: #body]",
        "common.typ",
    )

    assert "AN PHÁT: Kính chào An" in text_of(greet(press, make(), folders=(str(folder),)))


def test_a_form_may_show_a_picture_that_lies_beside_it(
    press: Press, make: Make, tmp_path: Path
) -> None:
    folder = own(tmp_path / "forms", '#let form(doc) = page(image("logo.svg", width: 3cm))')
    own(
        folder,
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
        "logo.svg",
    )

    assert pages_of(greet(press, make(), folders=(str(folder),))) == 1


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (
            "// Của công ty\n#let form(doc) = page[\n  #doc.record.nmae\n]",
            3,
            'does not contain key "nmae"',
        ),
        ("#let form(doc) = (", 1, "unclosed delimiter"),
        ('\n#import "common.typ": nothing_of_this_name\n', 2, "unresolved import"),
        ("#let other(doc) = []", 0, ""),
        ('#import "common.typ": number\n\n#let form(doc) = page(number((1, 2)))', 3, "expected"),
    ],
)
def test_a_form_that_is_wrong_is_told_with_file_line_and_reason(
    press: Press, make: Make, tmp_path: Path, text: str, line: int, reason: str
) -> None:
    folder = own(tmp_path / "forms", text)

    error = refused(press, make(), folder)

    assert error.code == "form_broken"
    if line:
        assert error.detail["file"] == str(folder / "loi-chao.typ")
        assert error.detail["line"] == line
    assert reason in error.detail["reason"]


def test_a_form_that_wants_a_package_from_the_network_is_refused_before_anything_is_asked(
    press: Press, make: Make, tmp_path: Path
) -> None:
    folder = own(
        tmp_path / "forms", '// a\n#import "@preview/cetz:0.4.0": canvas\n#let form(doc) = page[]'
    )

    error = refused(press, make(), folder)

    assert error.code == "form_needs_network"
    assert error.detail == {
        "file": str(folder / "loi-chao.typ"),
        "line": 2,
        "package": "@preview/cetz:0.4.0",
    }


def test_a_package_whose_name_is_put_together_is_not_fetched_either(
    press: Press, make: Make, tmp_path: Path
) -> None:
    folder = own(
        tmp_path / "forms",
        '#let form(doc) = { let name = "@preview/cetz:0.4.0"; import name; page[] }',
    )

    error = refused(press, make(), folder)

    assert error.code == "form_broken"
    assert "127.0.0.1" in error.detail["reason"] or "failed to download" in error.detail["reason"]


@pytest.mark.parametrize(
    "text",
    [
        '#let form(doc) = page(read("../../secret.txt"))',
        '#let form(doc) = page(read("/etc/passwd"))',
    ],
)
def test_a_form_reads_nothing_outside_of_its_folders(
    press: Press, make: Make, tmp_path: Path, text: str
) -> None:
    (tmp_path / "secret.txt").write_text("bí mật", encoding="utf-8")
    folder = own(tmp_path / "forms", text)

    assert refused(press, make(), folder).code == "form_broken"


def test_a_form_that_is_no_text_is_refused(press: Press, make: Make, tmp_path: Path) -> None:
    folder = own(tmp_path / "forms", "Phiếu thu".encode("utf-16"))

    error = refused(press, make(), folder)

    assert error.code == "form_unreadable"
    assert error.detail["file"] == str(folder / "loi-chao.typ")


def test_what_is_no_file_in_the_folder_is_refused(press: Press, make: Make, tmp_path: Path) -> None:
    folder = tmp_path / "forms"
    (folder / "loi-chao.typ").mkdir(parents=True)

    assert refused(press, make(), folder).code == "form_unreadable"


def test_a_form_that_never_ends_is_stopped_and_the_next_one_prints(
    make: Make, tmp_path: Path
) -> None:
    folder = own(
        tmp_path / "forms",
        "#let again(n, m) = if n > 0 { again(n - 1, 2 * m) + again(n - 1, 2 * m + 1) }\n#let form(doc) = page[#again(60, 1)]",
    )
    press = Press(timeout_s=3)

    error = refused(press, make(), folder)

    assert error.code == "form_too_slow"
    assert "Kính chào An" in text_of(greet(press, make()))
    press.close()


# -- the process that sets type ------------------------------------------------------------------------


def hello(press: Press) -> bytes:
    """Set one line in type."""
    made = press.print(Job({"main.typ": b"Xin"}, "{}"))
    assert isinstance(made, bytes)
    return made


def test_a_process_is_replaced_after_its_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press_module, "JOBS_MAX", 2)
    press = Press()
    seen = []
    for _job in range(4):
        hello(press)
        seen.append(press.process_id)

    assert seen[0] == seen[1] != seen[2] == seen[3]
    press.close()


def test_a_process_that_died_is_replaced(press: Press) -> None:
    hello(press)
    press.kill()

    assert text_of(hello(press)) == "Xin"


def test_a_job_that_takes_too_long_is_told_apart_from_a_death() -> None:
    press = Press(timeout_s=0)
    with pytest.raises(TooSlow):
        hello(press)
    press.close()
