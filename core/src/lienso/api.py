"""The client API: one plain function an rpc, request dict → answer dict. The same in both roles.

`protos/` says what the fields mean; a field ``x_json`` there is the value ``x`` here. Transports carry
these dicts and add nothing.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from . import api_printing, api_records, api_site, api_users, api_values, invocation, rights
from .api_values import Request
from .errors import Unknown
from .model import Actor, Label

if TYPE_CHECKING:
    from .kernel import Kernel
    from .registry import Registry

T = TypeVar("T")
Answer = dict[str, Any]
Call = Callable[["Kernel", Actor, Request], Answer]
Stream = Callable[["Api", Actor, Request], Iterator[Answer]]

REPORT_PART_CHARS = 256 * 1024
"""Size of a part of a report, roughly: UTF-8 and JSON keep it under 1 MiB."""


class Api:
    """What a server offers to programs; implements `lienso.transport.Api`.

    Attributes:
        kernel: the kernel that answers. ``notices``: what its synchronisation tells.
    """

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.notices = api_site.Notices()
        if kernel.site is not None:
            kernel.site.on_notice(self.notices.tell)

    @property
    def registry(self) -> Registry:
        """Everything declared; transports take the texts of codes from it."""
        return self.kernel.registry

    def request(self, by: Actor, rpc: str, body: Mapping[str, object]) -> Answer:
        """Answer an rpc by name, e.g. ``Records.Save``.

        Raises:
            Unknown: ``unknown_rpc``. LiensoError: what the kernel says.
        """
        call = CALLS.get(rpc)
        if call is None:
            raise Unknown("unknown_rpc", {"rpc": rpc})
        self._ask_right(by, rpc)
        return call(self.kernel, by, Request(body))

    def stream(self, by: Actor, rpc: str, body: Mapping[str, object]) -> Iterator[Answer]:
        """Answer an rpc that answers many times. Raises: Unknown: ``unknown_rpc``; LiensoError."""
        stream = STREAMS.get(rpc)
        if stream is None:
            raise Unknown("unknown_rpc", {"rpc": rpc})
        self._ask_right(by, rpc)
        yield from stream(self, by, Request(body))

    def _ask_right(self, by: Actor, rpc: str) -> None:
        """Ask for the right to a call that is no door of the kernel. Raises: Refused."""
        right = rights.OF_RPC.get(rpc)
        if right is not None and self.kernel.site is not None:
            self.kernel.read(by, lambda view: rights.require(self.kernel, by, view, right))


# -- functions --------------------------------------------------------------------------------------


def list_capabilities(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """List the functions, with JSON Schemas when asked for."""
    schemas = request.flag("schemas")
    found = []
    for id, module in _owned(kernel, kernel.registry.capabilities, request):
        item = kernel.registry.capabilities[id]
        info: Answer = {
            "id": id,
            "module": module,
            "title": label(item.title),
            "availability": item.availability,
            "refused_now": item.availability == "online_only" and not kernel.online,
            "undo": item.undo,
        }
        if schemas:
            info["params_schema"] = item.params.model_json_schema()
            info["result_schema"] = item.result.model_json_schema(mode="serialization")
        found.append(info)
    return {"capabilities": found}


def invoke(api: Api, by: Actor, request: Request) -> Iterator[Answer]:
    """Run a function: ``progress`` answers while it works, then one ``result``."""
    kernel = api.kernel
    id, params = request.text("id"), request.object("params")
    call_id = request.text("call_id", longest=100)
    passed = request.flag("pass_warnings")
    told: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()

    def progress(done: int, total: int, text: str) -> None:
        told.put({"progress": {"done": done, "total": total, "text": text}})

    # The function runs in a thread of its own, so that progress can be given on as it comes; when
    # nobody listens any more it still ends: its effect is whole or none.
    with_thread = ThreadPoolExecutor(1, thread_name_prefix="invoke")
    try:
        running: Future[Answer] = with_thread.submit(
            kernel.invoke,
            by,
            id,
            params,
            call_id=call_id,
            progress=progress,
            pass_warnings=passed,
        )
        running.add_done_callback(lambda _done: told.put(None))
        yield from iter(told.get, None)
        result = running.result()
    finally:
        with_thread.shutdown(wait=False)
    findings = result.pop("_findings", ())
    said = [api_values.with_texts(kernel.registry, found) for found in findings]
    yield {"result": {"result": result, "findings": said}}


# -- figures and reports ----------------------------------------------------------------------------


def list_figures(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """List the figures."""
    found = []
    for id, module in _owned(kernel, kernel.registry.figures, request):
        item = kernel.registry.figures[id]
        found.append(
            {
                "id": id,
                "module": module,
                "title": label(item.title),
                "offline": item.offline,
                "params_schema": item.params.model_json_schema(),
            }
        )
    return {"figures": found}


def get_figure(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Read a figure; None is blank."""
    figure = kernel.figure(by, request.text("id"), request.object("params"))
    value = api_values.json_value(figure.value)
    return {"value": value, "state": figure.state, "as_of": figure.as_of or ""}


def list_reports(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """List the reports."""
    found = []
    for id, module in _owned(kernel, kernel.registry.reports, request):
        item = kernel.registry.reports[id]
        found.append(
            {
                "id": id,
                "module": module,
                "title": label(item.title),
                "form_code": item.form_code,
                "reads_books": item.reads_books,
                "params_schema": item.params.model_json_schema(),
            }
        )
    return {"reports": found}


def run_report(api: Api, by: Actor, request: Request) -> Iterator[Answer]:
    """Run a report: its head first, then its rows in parts."""
    table = api.kernel.report(by, request.text("id"), request.object("params"))
    found = invocation.table_json(table)
    head: Answer = {
        "title": label(table.title),
        "subtitle": table.subtitle,
        "columns": [
            {"name": column.name, "title": label(column.title), "kind": column.kind}
            for column in table.columns
        ],
    }
    if found["totals"]:
        head["totals"] = found["totals"]
    yield {"head": head}
    rows: list[Any] = []
    size = first = 0
    drills = found.get("drills", [])
    for place, row in enumerate(found["rows"], 1):
        rows.append(row)
        size += sum(len(str(cell)) + 4 for cell in row)
        if drills:
            size += len(str(drills[place - 1])) + 4
        if size > REPORT_PART_CHARS:
            yield {"rows": rows, "drills": drills[first:place]}
            rows, size, first = [], 0, place
    if rows:
        yield {"rows": rows, "drills": drills[first:]}


# -- helpers ----------------------------------------------------------------------------------------


def label(title: Label) -> Answer:
    """Write a title."""
    return {"vi": title.vi, "en": title.en}


def _owned(
    kernel: Kernel, declared: Mapping[str, object], request: Request
) -> Sequence[tuple[str, str]]:
    """List (id, module) of what is declared, of one module when the request names it."""
    wanted = request.text("module")
    owners = kernel.registry.owners
    return [(id, owners[id]) for id in sorted(declared) if wanted in ("", owners[id])]


CALLS: Mapping[str, Call] = {
    **api_records.CALLS,
    "Capabilities.List": list_capabilities,
    "Figures.List": list_figures,
    "Figures.Get": get_figure,
    "Reports.List": list_reports,
    **api_site.CALLS,
    **api_users.CALLS,
}

STREAMS: Mapping[str, Stream] = {
    "Capabilities.Invoke": invoke,
    "Records.PrintPdf": lambda api, by, asked: api_printing.print_records(api.kernel, by, asked),
    "Reports.Run": run_report,
    "Reports.PrintPdf": lambda api, by, asked: api_printing.print_report(api.kernel, by, asked),
    "Site.ExportPending": lambda api, by, _request: api_site.export_pending(api.kernel, by),
    "Site.Watch": lambda api, _by, _request: api_site.watch(api.kernel, api.notices),
}
