"""Running functions, figures and reports: here, over the line, or refused because offline."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import once, rights
from .calls import guarded
from .canonical import parse
from .drilling import drill_from_json, drill_json
from .errors import OfflineRefused, Refused
from .fields import parse_body
from .ids import instant_text, is_id
from .model import LEDGERS, Actor, Capability, Column, FigureValue, Finding, Label, Table
from .records import finding_json
from .session import Progress, Session
from .sync.messages import CallReply, CallRequest
from .transaction import Transaction, refuse

if TYPE_CHECKING:
    from .kernel import Kernel
    from .view import View

DELETE_FUNCTION = "system.delete_records"
"""The function behind `Kernel.delete` for records that the cloud knows."""

_REQUESTS = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


def id_of_request(by: Actor, type: str, request_id: str) -> str:
    """Return the record id that belongs to a request: the same for a repeated one."""
    return str(uuid.uuid5(_REQUESTS, f"{by.tenant}/{by.site}/{by.user}/{type}/{request_id}"))


def id_to_save(id: str | None, post: Sequence[str]) -> str | None:
    """Return the id as it is; refuse to save under what is no id, or to post in what is no ledger.

    Raises:
        Refused: ``type_wrong``, ``bad_choice``.
    """
    if id is not None and not is_id(id):
        raise Refused("type_wrong", {"field": "id", "value": id})
    for ledger in post:
        if ledger not in LEDGERS:
            choices = [*LEDGERS]
            raise Refused("bad_choice", {"field": "post", "value": ledger, "choices": choices})
    return id


def made_by_request(transaction: Transaction, request_id: str) -> bool:
    """Tell whether this request was carried out before."""
    return transaction.writer.state("request").get(request_id) is not None


def note_request(transaction: Transaction, request_id: str, record_id: str) -> None:
    """Remember, in the same transaction, that a request is carried out."""
    row = {
        "request_id": request_id,
        "record_id": record_id,
        "at": instant_text(transaction.view.now),
    }
    transaction.writer.state("request").put(row)


def invoke(
    kernel: Kernel,
    by: Actor,
    id: str,
    params: Mapping[str, Any],
    call_id: str,
    progress: Progress | None,
    pass_warnings: bool = False,
) -> dict[str, Any]:
    """Run a function where it belongs; see `Kernel.invoke`."""
    capability = kernel.registry.capability(id)
    data, findings = parse_body(capability.params, params)
    refuse(findings)
    _may_run(kernel, by, capability, data)
    if kernel.role == "cloud" or _runs_here(kernel, by, capability, data):
        return _run(kernel, by, capability, data, call_id, progress, pass_warnings)
    _refuse_unsent(kernel, capability)
    request = CallRequest(
        "invoke",
        id,
        dict(params),
        call_id or kernel.ids.new(),
        by.user,
        by.workstation,
        pass_warnings,
    )
    reply = _over_the_line(kernel, request, progress)
    result: dict[str, Any] = dict(reply.result)
    if reply.findings:
        result["_findings"] = [dict(finding) for finding in reply.findings]
    return result


def _may_run(kernel: Kernel, by: Actor, capability: Capability, params: Any) -> None:
    """Ask for the right to a function, at the site and again in the cloud. Raises: Refused."""
    function = capability.permission or capability.id

    def ask(view: View) -> None:
        if function == rights.ASKED_WITHIN and not by.read_only:
            kernel.rights.of(kernel, by, view)  # somebody must be signed in all the same
            return
        rights.require(kernel, by, view, rights.to_run(view, function, params, whole=False))

    kernel.read(by, ask)


def _may_read(kernel: Kernel, by: Actor, id: str, params: Any) -> None:
    """Ask for the right to a figure or report. Raises: Refused."""

    def ask(view: View) -> None:
        rights.require(kernel, by, view, rights.to_run(view, id, params, whole=True))

    kernel.read(by, ask)


def _runs_here(kernel: Kernel, by: Actor, capability: Capability, params: Any) -> bool:
    """Decide for a site; the one place that enforces online-only.

    Raises:
        OfflineRefused: before any effect.
    """
    if capability.availability == "offline_ok":
        return True
    detail: Mapping[str, Any] | None = None
    if capability.offline_refusal is not None:
        objection = capability.offline_refusal
        detail = kernel.read(
            by,
            lambda view: guarded(capability.id, "offline_refusal", lambda: objection(params, view)),
        )
        if detail is None:
            return True
    if not kernel.online:
        raise offline_refusal(kernel, capability.id, detail or {})
    return capability.place == "site"


def offline_refusal(kernel: Kernel, id: str, detail: Mapping[str, Any]) -> OfflineRefused:
    """Return the refusal of what needs the cloud: what, in which mode, since when, what to do."""
    mode = kernel.mode()
    what = "mode online" if mode.name == "offline_manual" else "wait"
    return OfflineRefused(
        detail={
            "capability": id,
            "mode": mode.name,
            "since": None if mode.since is None else instant_text(mode.since),
            "what_to_do": what,
            **detail,
        }
    )


def _refuse_unsent(kernel: Kernel, capability: Capability) -> None:
    if capability.needs_complete_data and kernel.site is not None:
        waiting = kernel.site.pending(capability.needs_complete_data)
        if waiting:
            raise Refused("unsynced_local", {"count": waiting, "capability": capability.id})


def _unsent_elsewhere(view: View, by: Actor, capability: Capability) -> Sequence[Finding]:
    """Warn in the cloud of what the other sites said they have not sent yet."""
    rows = view.unsent_sites(by.site) if capability.needs_complete_data else []
    if not rows:
        return ()
    told = [
        f"{row['label']}: {row['unsent']}" + (f" ({row['oldest'][:16]})" if row["oldest"] else "")
        for row in rows
    ]
    values = {"sites": "; ".join(told), "capability": capability.id}
    return (Finding("warning", "other_sites_unsent", None, None, values),)


def _over_the_line(
    kernel: Kernel, request: CallRequest, progress: Progress | None = None
) -> CallReply:
    assert kernel.site is not None, "a site has its synchronisation"
    return kernel.site.call(request, progress)


def _run(
    kernel: Kernel,
    by: Actor,
    capability: Capability,
    params: Any,
    call_id: str,
    progress: Progress | None,
    pass_warnings: bool,
) -> dict[str, Any]:
    def warned(session: Session, view: View) -> None:
        session.findings += _unsent_elsewhere(view, by, capability)
        if session.findings and not pass_warnings:
            raise Refused(session.findings[0].code, session.findings[0].values, session.findings)

    if not capability.in_transaction:
        session = Session(kernel, by, None, progress)
        kernel.read(by, lambda view: warned(session, view))
        return _answer(kernel.calls.run_capability(capability, params, session), session)

    def work(transaction: Transaction) -> dict[str, Any]:
        log = transaction.writer.state("call_log") if kernel.role == "cloud" and call_id else None
        if log is not None:
            done = log.get(call_id)
            if done is not None:
                return dict(parse(done["result"]))
            transaction.call = once.Call(call_id, capability.id)
        session = Session(kernel, by, transaction, progress)
        warned(session, transaction.view)
        result = _answer(kernel.calls.run_capability(capability, params, session), session)
        if log is not None:
            _note_call(transaction, call_id, capability.id, result)
        return result

    return kernel.transact(by, work, lambda _result: bool(getattr(params, "dry_run", False)))


def _note_call(
    transaction: Transaction, call_id: str, capability: str, result: Mapping[str, Any]
) -> None:
    import orjson

    transaction.writer.state("call_log").insert(
        {
            "call_id": call_id,
            "capability": capability,
            "result": orjson.dumps(result).decode(),
            "at": instant_text(transaction.view.now),
        }
    )


def _answer(result: Any, session: Session) -> dict[str, Any]:
    answer: dict[str, Any] = result.model_dump(mode="json")
    if session.findings:
        answer["_findings"] = [finding_json(finding) for finding in session.findings]
    return answer


def read_figure(kernel: Kernel, by: Actor, id: str, params: Mapping[str, Any]) -> FigureValue:
    """Read a figure where it belongs; see `Kernel.figure`."""
    figure = kernel.registry.figure(id)
    data, findings = parse_body(figure.params, params)
    refuse(findings)
    _may_read(kernel, by, id, data)
    if kernel.role == "cloud":
        value = kernel.read(
            by, lambda view: guarded(id, "figure", lambda: figure.compute(data, view))
        )
        return FigureValue(value, "live")
    assert kernel.site is not None, "a site has its synchronisation"
    if kernel.online:
        request = CallRequest("figure", id, dict(params), kernel.ids.new(), by.user, by.workstation)
        value = kernel.site.read_figure(request)
        return FigureValue(value, "live")
    if figure.offline == "blank":
        return FigureValue(None, "offline")
    value, as_of = kernel.site.kept_figure(id, params)
    return FigureValue(value, "last_online", as_of)


def run_report(kernel: Kernel, by: Actor, id: str, params: Mapping[str, Any]) -> Table:
    """Run a report where it belongs; see `Kernel.report`."""
    report = kernel.registry.report(id)
    data, findings = parse_body(report.params, params)
    refuse(findings)
    _may_read(kernel, by, id, data)
    if kernel.role == "site" and (report.reads_books or (report.asks_cloud and kernel.online)):
        if not kernel.online:
            raise offline_refusal(kernel, id, {})
        request = CallRequest("report", id, dict(params), kernel.ids.new(), by.user, by.workstation)
        return table_from_json(_over_the_line(kernel, request).result)
    table: Table = kernel.read(
        by, lambda view: guarded(id, "report", lambda: report.run(data, view))
    )
    return table


def table_json(table: Table) -> dict[str, Any]:
    """Write a table as JSON values; days as ISO text, decimals as text."""
    return {
        "columns": [
            {"name": c.name, "title_vi": c.title.vi, "title_en": c.title.en, "kind": c.kind}
            for c in table.columns
        ],
        "rows": [[_cell(value) for value in row] for row in table.rows],
        "title_vi": table.title.vi,
        "title_en": table.title.en,
        "subtitle": table.subtitle,
        "totals": [_cell(value) for value in table.totals],
        **({"drills": [drill_json(one) for one in table.drills]} if table.drills else {}),
    }


def table_from_json(found: Mapping[str, Any]) -> Table:
    """Read a table from JSON values; cells stay JSON values."""
    return Table(
        tuple(
            Column(c["name"], Label(c["title_vi"], c["title_en"]), c["kind"])
            for c in found["columns"]
        ),
        tuple(tuple(row) for row in found["rows"]),
        Label(found["title_vi"], found["title_en"]),
        found["subtitle"],
        tuple(found["totals"]),
        tuple(drill_from_json(one) for one in found.get("drills", ())),
    )


def _cell(value: Any) -> Any:
    return value if value is None or isinstance(value, (int, str, bool)) else str(value)
