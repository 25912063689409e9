"""The client API for Python programs, typed, over whatever transport the URL's scheme names.

with connect("grpc:127.0.0.1:7443", token) as client:
    saved = client.save({"code": "KH0001", "name": "Công ty An Phát"}, type="object")
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, overload

from pydantic import BaseModel

from . import discovery, limits
from .client_printing import PrintClient
from .client_site import SiteClient
from .client_users import UserClient
from .drilling import Drill, drill_from_json
from .errors import Refused
from .fields import parse_body, to_json
from .model import (
    Column,
    FigureValue,
    Finding,
    Label,
    PostingState,
    Table,
)
from .plugins import open_driver
from .records import finding_from_json
from .transport import ApiConnection, Credentials

D = TypeVar("D")
M = TypeVar("M", bound=BaseModel)
Progress = Callable[[int, int, str], None]
Json = dict[str, Any]
Rows = list[Json]
Cells = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class RemoteRecord(Generic[D]):
    """A record as a server answered it.

    Attributes:
        data: an instance of the model that was asked for, else the body's JSON values.
        sync_state: ``never_synced``, ``syncing``, ``synced`` or ``failed``.
        codes: path of a reference in the body (``lines.0.object``) → code or number to show.
        derived: values that follow from other records.
    """

    type: str
    id: str
    version: int
    data: D
    posting: Mapping[str, PostingState] = field(default_factory=dict)
    sync_state: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    derived: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""
    feed_seq: int = 0

    def posted(self, ledger: str = "financial") -> bool:
        """Tell whether the record is in the books of this ledger."""
        state = self.posting.get(ledger)
        return state is not None and state.status == "posted"


@dataclass(frozen=True, slots=True)
class RemoteSaved(Generic[D]):
    """Answer of a save: the record, with its number, and what its checks found (warnings)."""

    record: RemoteRecord[D]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedForm:
    """A form as text; ``sync_state`` of the record when it was printed."""

    text: str
    sync_state: str


@dataclass(frozen=True, slots=True)
class RemoteVersion:
    """One version in a record's history; digest of its body, hash of its link in the cloud's chain."""

    version: int
    at: str
    deleted: bool
    body: Mapping[str, Any]
    provenance: Mapping[str, Any]
    digest: str = ""
    hash: str = ""


class _Line:
    """The connection, with answers typed once."""

    def __init__(self, connection: ApiConnection) -> None:
        self._connection = connection
        self.close, self.use_session = connection.close, connection.use_session

    def request(self, rpc: str, body: Json) -> Json:
        return self._connection.request(rpc, body)

    def stream(self, rpc: str, body: Json) -> Iterator[Json]:
        return self._connection.stream(rpc, body)


class Client:
    """A connection to a server; made by `connect`. Safe from many threads."""

    def __init__(self, connection: ApiConnection) -> None:
        self._line = _Line(connection)
        self.site = SiteClient(self._line)
        self.users = UserClient(self._line)
        self.pdf = PrintClient(self._line)
        self.sign_in = self.users.sign_in

    # -- records --------------------------------------------------------------------------------

    @overload
    def save(
        self, data: M, *, type: str, id: str = "", base_version: int | None = None,
        post: Sequence[str] = (), ignore_warnings: bool = False, request_id: str = "",
    ) -> RemoteSaved[M]: ...  # fmt: skip
    @overload
    def save(
        self, data: Mapping[str, Any], *, type: str, id: str = "",
        base_version: int | None = None, post: Sequence[str] = (), ignore_warnings: bool = False,
        merge: bool = False, request_id: str = "",
    ) -> RemoteSaved[Json]: ...  # fmt: skip
    def save(
        self,
        data: BaseModel | Mapping[str, Any],
        *,
        type: str,
        id: str = "",
        base_version: int | None = None,
        post: Sequence[str] = (),
        ignore_warnings: bool = False,
        merge: bool = False,
        request_id: str = "",
    ) -> RemoteSaved[Any]:
        """Save a new record (no ``id``) or a further version; durable when this returns.

        Args:
            data: a model of the module that owns the type, or JSON values; references may be codes.
            base_version: the version the user looked at; None takes whatever is stored.
            post: ledgers to post it in; at a site it is posted when it arrives in the cloud.
            merge: ``data`` holds only the fields to change.
            request_id: the same id again answers what the first call saved; give one whenever the
                call may be repeated after a LinkError.
        Raises:
            Refused: the one error's own code, or ``invalid`` with findings. VersionConflict.
            LinkError: it is unknown whether it was saved.
        """
        model = data.__class__ if isinstance(data, BaseModel) else None
        body: Json = {
            "type": type,
            "body": to_json(data) if isinstance(data, BaseModel) else dict(data),
            "id": id,
            "post": list(post),
            "ignore_warnings": ignore_warnings,
            "merge": merge,
            "request_id": request_id,
        }
        if base_version is not None:
            body["base_version"] = base_version
        answer = self._line.request("Records.Save", body)
        return RemoteSaved(_record(answer["record"], model), _findings(answer))

    @overload
    def get(self, type: str, id: str) -> RemoteRecord[Json]: ...
    @overload
    def get(self, type: str, id: str, model: type[M]) -> RemoteRecord[M]: ...
    def get(self, type: str, id: str, model: Any = None) -> RemoteRecord[Any]:
        """Return a record by id, code or number. Raises: Unknown: ``not_found``."""
        return _record(self._line.request("Records.Get", {"type": type, "id": id})["record"], model)

    def print(self, type: str, id: str) -> PrintedForm:
        """Return the printed form of a record, named by id, code or number.

        Raises:
            Unknown: ``not_found``. Refused: ``not_printable``.
        """
        answer = self._line.request("Records.Print", {"type": type, "id": id})
        return PrintedForm(answer["text"], answer["sync_state"])

    def list(
        self,
        type: str,
        *,
        model: type[BaseModel] | None = None,
        key: str = "",
        equals: Sequence[Any] | None = None,
        start: Sequence[Any] | None = None,
        stop: Sequence[Any] | None = None,
        descending: bool = False,
        page_size: int = limits.PAGE_DEFAULT,
    ) -> Iterator[RemoteRecord[Any]]:
        """List live records by a key, page after page as they are taken.

        Args:
            model: what ``data`` of each record becomes; JSON values without it.
            key: ``code``, ``no``, ``date``, ``ref`` or one of the type's own; the usual one if empty.
            equals, start, stop: key values: text, integers, days as ISO text; start is inclusive,
                stop exclusive.
        """
        bounds = {"equals": equals, "start": start, "stop": stop}
        body: Json = {
            "type": type,
            "key": key,
            "descending": descending,
            "page_size": page_size,
            **{name: [*values] for name, values in bounds.items() if values is not None},
        }
        while True:
            answer = self._line.request("Records.List", body)
            for found in _rows(answer, "records"):
                yield _record(found, model)
            if not answer["next_page_token"]:
                return
            body["page_token"] = answer["next_page_token"]

    def delete(self, type: str, id: str, base_version: int | None = None) -> None:
        """Delete a record. Raises: OfflineRefused, Unknown, Refused: why it may not go."""
        body: Json = {"type": type, "id": id}
        if base_version is not None:
            body["base_version"] = base_version
        self._line.request("Records.Delete", body)

    def history(self, type: str, id: str) -> Iterator[RemoteVersion]:
        """Yield the versions of a record, newest first."""
        before = 0
        while True:
            body = {"type": type, "id": id, "before_version": before}
            answer = self._line.request("Records.History", body)
            for found in _rows(answer, "versions"):
                yield RemoteVersion(
                    found["version"],
                    found["at"],
                    found["deleted"],
                    found.get("body", {}),
                    found.get("provenance", {}),
                    found.get("digest", ""),
                    found.get("hash", ""),
                )
            before = answer["next_before_version"]
            if not before:
                return

    def types(self, kind: str = "") -> Rows:
        """List the record types: all, or those of a kind."""
        return _rows(self._line.request("Records.ListTypes", {"kind": kind}), "types")

    def describe(self, type: str) -> Json:
        """Describe a record type: {info, schema}; ``schema`` is the JSON Schema of its bodies."""
        return self._line.request("Records.DescribeType", {"type": type})

    # -- functions, figures, reports --------------------------------------------------------------

    def capabilities(self, module: str = "", schemas: bool = False) -> Rows:
        """List the functions, of one module or of all."""
        body = {"module": module, "schemas": schemas}
        return _rows(self._line.request("Capabilities.List", body), "capabilities")

    def invoke(
        self,
        id: str,
        params: BaseModel | Mapping[str, Any] | None = None,
        *,
        call_id: str = "",
        progress: Progress | None = None,
        pass_warnings: bool = False,
    ) -> Json:
        """Run a function; returns its result, warnings under ``_findings``.

        Args:
            call_id: the same id again has one effect and the same answer; made here if empty.
            progress: told (done, total, text) while it works.
            pass_warnings: run although other sites have unsent records.
        Raises:
            OfflineRefused, Unknown, ModuleUnavailable, Refused, PluginCrashed, LinkError.
        """
        given = to_json(params) if isinstance(params, BaseModel) else dict(params or {})
        body = {
            "id": id,
            "params": given,
            "call_id": call_id or str(uuid.uuid4()),
            "pass_warnings": pass_warnings,
        }
        result: Json | None = None
        for answer in self._line.stream("Capabilities.Invoke", body):
            if "result" in answer:
                told = answer["result"]
                result = dict(told.get("result", {}))
                if told.get("findings"):
                    result["_findings"] = told["findings"]
            elif progress is not None:
                step = answer["progress"]
                progress(step["done"], step["total"], step["text"])
        assert result is not None, "a server ends an Invoke with a result or an error"
        return result

    def figures(self, module: str = "") -> Rows:
        """List the figures, of one module or of all."""
        return _rows(self._line.request("Figures.List", {"module": module}), "figures")

    def figure(self, id: str, params: Mapping[str, Any] | None = None) -> FigureValue:
        """Read a figure; offline it is blank (None), or the last online value with its time."""
        answer = self._line.request("Figures.Get", {"id": id, "params": dict(params or {})})
        return FigureValue(answer.get("value"), answer["state"], answer["as_of"] or None)

    def reports(self, module: str = "") -> Rows:
        """List the reports, of one module or of all."""
        return _rows(self._line.request("Reports.List", {"module": module}), "reports")

    def report(self, id: str, params: Mapping[str, Any] | None = None) -> Table:
        """Run a report; cells are JSON values: text, đồng as int, decimals as text.

        Raises:
            OfflineRefused: it reads books and this site is offline. Unknown, Refused, LinkError.
        """
        head: Json = {}
        rows: Cells = []
        drills: list[Drill | None] = []
        for part in self._line.stream("Reports.Run", {"id": id, "params": dict(params or {})}):
            head = part.get("head") or head
            rows += map(tuple, part.get("rows", ()))
            drills += map(drill_from_json, part.get("drills", ()))
        columns = tuple(
            Column(found["name"], _label(found["title"]), found["kind"])
            for found in head["columns"]
        )
        totals = tuple(head.get("totals", ()))
        title, told = _label(head["title"]), tuple(drills)
        return Table(columns, tuple(rows), title, head["subtitle"], totals, told)

    # -- the line -------------------------------------------------------------------------------

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connect(url: str, token: str = "", ca_file: str = "") -> Client:
    """Open a line to a server's client API; nothing is sent before the first call.

    Args:
        url: e.g. ``grpc:127.0.0.1:7443``; the scheme names the transport plugin.
        token: given by the server's administrator; a site asks for none on its own machine.
        ca_file: certificate authority of the server, PEM; needed off this machine.
    Raises:
        DriverNotFound: no such transport is installed. PluginError: it cannot be used.
        Refused: ``transport_url_invalid``, ``tls_required``.
    """
    driver = open_driver(discovery.TRANSPORT, url)
    credentials = Credentials(token, ca_file)
    line: ApiConnection | None = driver.open("lienso_connect_api", url=url, credentials=credentials)
    if line is None:
        raise Refused("transport_url_invalid", {"url": url})
    return Client(line)


def _record(found: Any, model: type[BaseModel] | None) -> RemoteRecord[Any]:
    data: Any = found.get("body", {})
    if model is not None:
        data, findings = parse_body(model, data)
        if findings:
            raise Refused("invalid", {"type": found["type"], "id": found["id"]}, findings)
    return RemoteRecord(
        found["type"],
        found["id"],
        found["version"],
        data,
        {
            state["ledger"]: PostingState(
                state["status"], tuple(state["passed_warnings"]), tuple(state["findings"])
            )
            for state in found["posting"]
        },
        found["sync_state"],
        found["codes"],
        found.get("derived", {}),
        found["at"],
        found["feed_seq"],
    )


def _findings(answer: Mapping[str, Any]) -> tuple[Finding, ...]:
    return tuple(finding_from_json(found) for found in answer["findings"])


def _rows(answer: Mapping[str, Any], name: str) -> Rows:
    return list(answer[name])


def _label(found: Mapping[str, str]) -> Label:
    return Label(found["vi"], found["en"])
