"""LiensoError ↔ gRPC status with details (google.rpc): by code, so that any client can act on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status
from lienso import errors
from lienso.errors import LiensoError, LimitExceeded, LinkError, Refused
from lienso.model import Finding
from lienso.records import finding_from_json, finding_json
from lienso_api.v1 import common_pb2

from .convert import finding_in, findings_out, json_object, json_text

DOMAIN = "lienso"

DETAILS_BYTES_MAX = 4 * 1024
"""Details travel as one header: beyond some 8 KiB the whole status is lost on the way."""

REASON_CHARS_MAX = 400
"""Of gRPC's own words: what TLS says about a certificate comes after some 250."""

_DISTRUST = ("CERTIFICATE_VERIFY_FAILED", "Hostname Verification Check failed")

RETRY_AFTER_S = 1
"""When to come again after a database that is busy."""

Texts = Callable[[LiensoError], str]
FindingTexts = Callable[[Finding], str]

_UNAVAILABLE = (errors.StorageBusy, errors.StorageDown, errors.TenantFrozen, errors.LinkError)
_STATUS_BY_CLASS: Sequence[tuple[type[LiensoError] | tuple[type[LiensoError], ...], Any]] = (
    (_UNAVAILABLE, grpc.StatusCode.UNAVAILABLE),
    ((errors.VersionConflict, errors.CommitUnknown), grpc.StatusCode.ABORTED),
    (errors.Taken, grpc.StatusCode.ALREADY_EXISTS),
    (errors.LimitExceeded, grpc.StatusCode.INVALID_ARGUMENT),
    ((errors.Unknown, errors.TenantUnknown), grpc.StatusCode.NOT_FOUND),
    ((errors.PluginCrashed, errors.PluginError), grpc.StatusCode.INTERNAL),
)
_STATUS_BY_CODE = {
    "unauthenticated": grpc.StatusCode.UNAUTHENTICATED,
    "no_permission": grpc.StatusCode.PERMISSION_DENIED,
    "site_retired": grpc.StatusCode.PERMISSION_DENIED,
    "cursor_invalid": grpc.StatusCode.OUT_OF_RANGE,
    "server_busy": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "rate_limited": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "identity_mismatch": grpc.StatusCode.PERMISSION_DENIED,
    **dict.fromkeys(
        ("certificate_unknown", "certificate_expired", "certificate_revoked", "tls_too_old"),
        grpc.StatusCode.UNAUTHENTICATED,
    ),
    **dict.fromkeys(
        ("sign_in_required", "sign_in_wrong", "session_ended"), grpc.StatusCode.UNAUTHENTICATED
    ),
    **dict.fromkeys(("sign_in_locked", "grant_expired"), grpc.StatusCode.PERMISSION_DENIED),
    "unknown_rpc": grpc.StatusCode.UNIMPLEMENTED,
    **dict.fromkeys(
        ("code_exists", "voucher_no_duplicate", "already_exists"), grpc.StatusCode.ALREADY_EXISTS
    ),
    # What is wrong with the request itself, whatever the data.
    **dict.fromkeys(
        (
            "bad_message", "not_json", "invalid", "field_required", "unknown_field", "type_wrong",
            "float_refused", "decimal_wrong", "too_long", "too_many_lines", "value_out_of_range",
            "bad_choice", "bad_date", "limit_exceeded", "unknown_key", "page_token_invalid",
            "number_too_long", "certificate_request_invalid", "password_weak",
        ),
        grpc.StatusCode.INVALID_ARGUMENT,
    ),
}  # fmt: skip


def status_code(error: LiensoError) -> grpc.StatusCode:
    """Return the status of an error; what is no fault of anybody is FAILED_PRECONDITION."""
    by_code = _STATUS_BY_CODE.get(error.code)
    if by_code is not None:
        return by_code
    for classes, status in _STATUS_BY_CLASS:
        if isinstance(error, classes):
            return status
    return grpc.StatusCode.FAILED_PRECONDITION


def status_of(
    error: LiensoError, language: str, text: Texts, finding_text: FindingTexts
) -> status_pb2.Status:
    """Write an error as a status whose details stay within `DETAILS_BYTES_MAX`."""
    status = status_pb2.Status(code=status_code(error).value[0], message=error.code)
    _add(status, error_details_pb2.ErrorInfo(reason=error.code, domain=DOMAIN))
    if retry_ms := _retry_after_ms(error):
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(retry_ms)
        _add(status, retry)
    said = error_details_pb2.LocalizedMessage(locale=language, message=text(error)[:500])
    _add(status, said)
    detail, violations = _fitting(error, finding_text, DETAILS_BYTES_MAX - status.ByteSize())
    _add(status, detail)
    if violations.field_violations:
        _add(status, violations)
    return status


def _retry_after_ms(error: LiensoError) -> int:
    """Return when to come again, 0 when waiting does not help."""
    if error.code == "rate_limited":
        return int(error.detail["retry_after_ms"])
    busy = isinstance(error, (errors.StorageBusy, errors.TenantFrozen))
    return RETRY_AFTER_S * 1000 if busy or error.code == "server_busy" else 0


_ENVELOPE = 160
"""Type names and lengths around the two details, and the counter that is set last."""


def _fitting(
    error: LiensoError, finding_text: FindingTexts, room: int
) -> tuple[common_pb2.ErrorDetail, error_details_pb2.BadRequest]:
    """Take the detail if it fits, then as many findings as fit, twice: for us, and for everybody."""
    detail = common_pb2.ErrorDetail(class_name=type(error).__name__)
    violations = error_details_pb2.BadRequest()
    room -= _ENVELOPE + detail.ByteSize()
    text = _detail_text(error.detail)
    if len(text.encode()) <= room // 2:
        detail.detail_json = text
        room -= len(text.encode()) + 4
    for place, finding in enumerate(error.findings):
        [own] = findings_out([finding_json(finding)])
        theirs = error_details_pb2.BadRequest.FieldViolation(
            field=finding.field or "", description=finding_text(finding), reason=finding.code
        )
        room -= own.ByteSize() + theirs.ByteSize() + 8
        if room < 0:
            detail.findings_left_out = len(error.findings) - place
            break
        detail.findings.append(own)
        violations.field_violations.append(theirs)
    return detail, violations


def _detail_text(detail: Mapping[str, Any]) -> str:
    try:
        return json_text(dict(detail))
    except Refused:  # A value that is no JSON must not hide the error that carries it.
        return json_text({name: str(value) for name, value in detail.items()})


def _add(status: status_pb2.Status, message: Message) -> None:
    status.details.add().Pack(message)


def error_of(error: grpc.RpcError, url: str) -> LiensoError:
    """Return what an RPC's failure means: the server's own error, or that the line is down."""
    details = _details(error)
    info, detail = error_details_pb2.ErrorInfo(), common_pb2.ErrorDetail()
    said, retry = error_details_pb2.LocalizedMessage(), error_details_pb2.RetryInfo()
    ours = False
    for packed in details:
        if packed.Is(info.DESCRIPTOR) and packed.Unpack(info):
            ours = info.domain == DOMAIN
        elif packed.Is(detail.DESCRIPTOR):
            packed.Unpack(detail)
        elif packed.Is(said.DESCRIPTOR):
            packed.Unpack(said)
        elif packed.Is(retry.DESCRIPTOR):
            packed.Unpack(retry)
    if not ours:
        return _bare(error, url)
    findings = [finding_from_json(finding_in(found)) for found in detail.findings]
    facts = json_object(detail.detail_json)
    if error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED and retry.HasField("retry_delay"):
        facts.setdefault("retry_after_ms", retry.retry_delay.ToMilliseconds())
    rebuilt = _rebuilt(detail.class_name, info.reason, facts, findings)
    rebuilt.text = said.message
    return rebuilt


def _details(error: grpc.RpcError) -> Sequence[Any]:
    try:
        status = rpc_status.from_call(error)
    except (ValueError, DecodeError):  # a proxy rewrote the status, or it is no Status at all
        return ()
    return () if status is None else status.details


def _bare(error: grpc.RpcError, url: str) -> LiensoError:
    """Judge a status that did not come from the kernel: from the line, a proxy or gRPC itself."""
    code = error.code()
    said = (error.details() or "")[:REASON_CHARS_MAX]
    if code in (
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.CANCELLED,
    ):
        # A certificate that is not accepted looks like a line that is down, but waiting is no help.
        distrust = any(words in said for words in _DISTRUST)
        detail = {"url": url, "cause": code.name, "reason": said}
        return LinkError("server_not_trusted" if distrust else None, detail)
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        if "larger than max" in said:
            # "Sent message larger than max (12000022 vs. 4194304)"
            most = said.rpartition("vs. ")[2].rstrip(")")
            return LimitExceeded(detail={"what": "message", "max": most, "reason": said})
        return Refused("server_busy", {"url": url, "reason": said})
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return Refused("unknown_rpc", {"url": url, "reason": said})
    if code is grpc.StatusCode.UNAUTHENTICATED:
        return Refused("unauthenticated", {"url": url})
    return LiensoError("internal", {"url": url, "cause": code.name, "reason": said})


def _subclasses(of: type[LiensoError]) -> dict[str, type[LiensoError]]:
    found = {of.__name__: of}
    for below in of.__subclasses__():
        if below.__module__ == errors.__name__:
            found |= _subclasses(below)
    return found


_CLASSES = _subclasses(LiensoError)


def _rebuilt(
    name: str, code: str, detail: dict[str, Any], findings: Sequence[Finding]
) -> LiensoError:
    kind = _CLASSES.get(name, LiensoError)
    if kind is errors.VersionConflict:
        return errors.VersionConflict(
            str(detail.get("type", "")), str(detail.get("id", "")), int(detail.get("stored", 0))
        )
    if kind is errors.Taken:
        parts = (str(detail.get(part, "")) for part in ("space", "value", "type", "id"))
        return errors.Taken(*parts)
    if kind is errors.PluginError:
        parts = (str(detail.get(part, "")) for part in ("plugin", "source", "phase", "reason"))
        return errors.PluginError(*parts)
    return kind(code, detail, findings)
