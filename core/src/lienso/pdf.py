"""Printed forms as PDF: what is printed is collected here, a plugin sets it in type.

Records are printed at a site with or without a line, as their text is (`lienso.printing`); reports
where they run. Every form is given the same: who prints, and the body, the derived values and the facts
of a record, or the table of a report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import printing, rights
from .api_values import json_value
from .calls import guarded
from .errors import LimitExceeded, Refused
from .fields import parse_body, refs_of
from .forms import COPIES_MAX, Form, Sheets
from .invocation import table_json

if TYPE_CHECKING:
    from .kernel import Kernel
    from .model import Actor, Record, Table
    from .registry import Registry
    from .view import View

RECORDS_MAX = 500
"""Records of one PDF: a month of a small company; more are printed in parts."""

DEPTH = 2
"""How far references are followed: from a voucher to its bank account, and on to the bank."""

ANY = "*"
"""Among the reports of a form: it prints every report."""


@dataclass(frozen=True, slots=True)
class Pdf:
    """A PDF, the forms that it was printed on, and `View.sync_state` of each record, in their order."""

    data: bytes
    forms: tuple[str, ...]
    sync_states: tuple[str, ...] = ()


def forms_of(registry: Registry, id: str) -> list[Form]:
    """List the forms of a record type or report; the first is the usual one."""
    forms = registry.forms.values()
    own = [form for form in forms if id in form.record_types or id in form.reports]
    return own + [form for form in forms if ANY in form.reports and id in registry.reports]


def printable(registry: Registry) -> list[str]:
    """List the record types that have a form."""
    named = {one for form in registry.forms.values() for one in form.record_types}
    return sorted(named & registry.record_types.keys())


def print_records(
    kernel: Kernel,
    by: Actor,
    type: str,
    names: Sequence[str],
    form: str = "",
    paper: str = "",
    copies: int = 0,
    archive: bool = False,
) -> Pdf:
    """Print records of a type as one PDF.

    Args:
        names: ids, codes or numbers. ``form``: its code; empty takes what is usual for each.
        paper: ``A4`` or ``A5``, where the form knows it. ``copies``: of each; 0: as usual.
        archive: as PDF/A-2a.
    Raises:
        Unknown: ``not_found``. Refused: ``no_permission``, ``not_printable``, ``form_unknown``,
            ``form_does_not_fit``, ``paper_unknown``, ``printing_missing``, or what the plugin says.
        LimitExceeded: too many records or copies.
    """
    kernel.registry.record_type(type)
    if not names:
        raise Refused("nothing_to_print", {"type": type})
    _limited("records", len(names), RECORDS_MAX)
    _limited("copies", copies, COPIES_MAX)
    wanted = _wanted(kernel.registry, type, form)

    def work(view: View) -> list[tuple[printing.ToPrint, Form, Mapping[str, Any]]]:
        found = []
        for name in names:
            one = printing.to_print(kernel, by, view, type, name)
            fitting = _fitting(wanted, one.record)
            found.append((one, fitting, _document(kernel, view, one)))
        return found

    found = kernel.read(by, work)
    documents = [(fitting, document) for _one, fitting, document in found]
    data = _typeset(kernel, by, documents, paper, copies, archive)
    printing.count(kernel, by, type, [one.record.id for one, _form, _document in found])
    states = tuple(one.sync_state for one, _form, _document in found)
    return Pdf(data, tuple(fitting.code for _one, fitting, _document in found), states)


def print_report(
    kernel: Kernel,
    by: Actor,
    id: str,
    params: Mapping[str, Any],
    form: str = "",
    paper: str = "",
    archive: bool = False,
) -> Pdf:
    """Run a report and print it.

    Args:
        id: of the report. ``form``: its code; empty takes what is usual. ``archive``: as PDF/A-2a.
    Raises:
        As `print_records`, and what `Kernel.report` raises: offline, reports of books are refused;
            ``no_permission`` to print it.
    """
    report = kernel.registry.report(id)
    _wanted(kernel.registry, id, form)
    asked, _findings = parse_body(report.params, params)  # once more, for what was left out
    if asked is not None:
        kernel.read(by, lambda view: _may_print(kernel, by, view, id, asked))
    table = kernel.report(by, id, params)
    shown = {} if asked is None else asked.model_dump(mode="json")
    return print_table(kernel, by, id, table, shown, form, paper, archive=archive)


def print_table(
    kernel: Kernel,
    by: Actor,
    id: str,
    table: Table,
    params: Mapping[str, Any],
    form: str = "",
    paper: str = "",
    as_of: int | None = None,
    statutory: bool = True,
    archive: bool = False,
) -> Pdf:
    """Print what a report answered, outside of any transaction.

    Args:
        params: of the report, as JSON values. ``as_of``: position of the feed, for the foot of pages.
        statutory: False: columns are left out, so that it is not the form that its code names.
        archive: as PDF/A-2a.
    Raises:
        Refused: ``not_printable``, ``form_unknown``, ``paper_unknown``, ``printing_missing``, or what
            the plugin says.
    """
    report = kernel.registry.report(id)
    (wanted, *_others) = _wanted(kernel.registry, id, form)
    branch = str(params.get("branch") or "")

    def head(view: View) -> Mapping[str, Any]:
        own = (branch and view.id_of("org_unit", branch)) or branch
        shown = {"id": id, "form_code": report.form_code * statutory, **table_json(table)}
        return {
            "company": kernel.calls.letterhead(own, view),
            "printed_on": view.today.isoformat(),
            "marks": [],
            "report": shown if as_of is None else {**shown, "as_of": as_of},
            "params": params,
        }

    documents = [(wanted, kernel.read(by, head))]
    return Pdf(_typeset(kernel, by, documents, paper, 0, archive), (wanted.code,))


def _may_print(kernel: Kernel, by: Actor, view: View, id: str, params: Any) -> None:
    right = rights.to_run(view, id, params, whole=True)
    rights.require(kernel, by, view, replace(right, action="print"))


def _wanted(registry: Registry, id: str, code: str) -> list[Form]:
    forms = forms_of(registry, id)
    if not forms:
        raise Refused("not_printable", {"type": id, "printable": ", ".join(printable(registry))})
    named = [form for form in forms if code in ("", form.code)]
    if not named:
        names = ", ".join(form.code for form in forms)
        raise Refused("form_unknown", {"form": code, "type": id, "there": names})
    return named


def _fitting(forms: Sequence[Form], record: Record[Any]) -> Form:
    for form in forms:
        fits = form.fits
        if fits is None or guarded(record.type, "fits", lambda fits=fits: fits(record)):
            return form
    names = ", ".join(form.code for form in forms)
    no = str(getattr(record.data, "no", "") or record.id)
    raise Refused("form_does_not_fit", {"form": names, "no": no})


def _document(kernel: Kernel, view: View, found: printing.ToPrint) -> Mapping[str, Any]:
    """Return what is printed of a record; references are followed, so that forms show names."""
    record = found.record
    record_type = kernel.registry.record_type(record.type)
    derived, facts = record_type.derived, record_type.print_facts
    return {
        "company": kernel.calls.letterhead(getattr(record.data, "branch", None) or "", view),
        "printed_on": view.today.isoformat(),
        "marks": list(found.marks),
        "sync_state": found.sync_state,
        "posted": record.posted("financial") or record.posted("management"),
        "type": record.type,
        "record": _body(view, record.data, DEPTH),
        "derived": {}
        if derived is None
        else json_value(guarded(record.type, "derived", lambda: derived(record, view))),
        "facts": {}
        if facts is None
        else json_value(guarded(record.type, "print_facts", lambda: facts(record, view))),
    }


def _body(view: View, data: Any, depth: int) -> Any:
    body = data.model_dump(mode="json")
    for path, type in refs_of(data.__class__):
        _follow(view, body, path, type, depth)
    return body


def _follow(view: View, value: Any, path: Sequence[str], type: str, depth: int) -> None:
    """Put records in the place of their ids: the body, with ``id``; None for what is gone."""
    if path[0] == "*":
        places: Any = range(len(value)) if isinstance(value, list) else ()
    else:
        places = (path[0],) if isinstance(value, dict) and path[0] in value else ()
    for place in places:
        if path[1:]:
            _follow(view, value[place], path[1:], type, depth)
        elif isinstance(value[place], str):
            value[place] = _named(view, type, value[place], depth - 1)


def _named(view: View, type: str, id: str, depth: int) -> Any:
    def look() -> Any:
        record = view.get(type, id)
        if record is None:
            return None
        shown = _body(view, record.data, depth) if depth else record.data.model_dump(mode="json")
        return {**shown, "id": id}

    return view.memo(("printed", type, id, depth), look)


def _typeset(
    kernel: Kernel,
    by: Actor,
    documents: Sequence[tuple[Form, Mapping[str, Any]]],
    paper: str,
    copies: int,
    archive: bool,
) -> bytes:
    for form, _document in documents:
        if paper and paper not in form.papers:
            there = ", ".join(form.papers)
            raise Refused("paper_unknown", {"paper": paper, "form": form.code, "there": there})
    data = kernel.calls.typeset(Sheets(documents, paper, copies, _folders(kernel, by), archive))
    if data is None:
        raise Refused("printing_missing")
    return data


def _folders(kernel: Kernel, by: Actor) -> tuple[str, ...]:
    """Return where own forms are: the company's folder in that of the settings, then that one."""
    top = kernel.settings.forms
    if not top:
        return ()
    codes = [one.code for one in kernel.storage.tenants().list() if one.id == by.tenant]
    own = [str(Path(top, code)) for code in codes if Path(code).name == code]
    return (*own, top)


def _limited(what: str, number: int, most: int) -> None:
    if number > most:
        raise LimitExceeded(detail={"what": what, "size": number, "max": most})
