"""Errors travel by code, with their details, and never grow beyond a header."""

from __future__ import annotations

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status
from lienso import errors
from lienso.errors import LiensoError
from lienso.model import Finding
from lienso_transport_grpc.errors import DETAILS_BYTES_MAX, RETRY_AFTER_S, error_of, status_of


class Failed(grpc.RpcError):
    """What a channel raises for a status."""

    def __init__(self, status: status_pb2.Status) -> None:
        self._status = rpc_status.to_status(status)

    def code(self) -> grpc.StatusCode:
        return self._status.code

    def details(self) -> str:
        return str(self._status.details)

    def trailing_metadata(self) -> object:
        return self._status.trailing_metadata


def sent(error: LiensoError, language: str = "vi") -> status_pb2.Status:
    return status_of(
        error, language, lambda said: f"text of {said.code}", lambda found: f"{found.code}!"
    )


def there_and_back(error: LiensoError) -> LiensoError:
    return error_of(Failed(sent(error)), "grpc:127.0.0.1:1")


FINDINGS = (
    Finding("error", "field_required", "lines.2.account", 2, {"field": "lines.2.account"}),
    Finding("warning", "credit_limit", None, None, {"limit": 5_000_000}),
)

EVERY = [
    errors.Refused("invalid", {"count": 2}, FINDINGS),
    errors.Refused("period_locked", {"date": "2026-01-31"}),
    errors.Refused("unauthenticated"),
    errors.OfflineRefused(detail={"capability": "a.b", "since": None, "mode": "offline_auto"}),
    errors.ModuleUnavailable(detail={"module": "cash"}),
    errors.Unknown("unknown_capability", {"id": "a.b"}),
    errors.PluginCrashed(detail={"plugin": "cash", "hook": "post", "reason": "ValueError: x"}),
    errors.PluginError("cash", "lienso-cash 1", "load", "why"),
    errors.LimitExceeded(detail={"what": "body", "max": 3}),
    errors.VersionConflict("receipt", "id", 4),
    errors.Taken("no", "PT1", "receipt", "id"),
    errors.TenantUnknown(),
    errors.TenantFrozen(),
    errors.StorageBusy(),
    errors.StorageDown(detail={"cause": "disk full"}),
    errors.CommitUnknown(),
    errors.LinkError(detail={"cause": "far away"}),
    errors.Fenced(detail={"site": "S1"}),
]


@pytest.mark.parametrize("error", EVERY, ids=lambda error: f"{type(error).__name__}-{error.code}")
def test_an_error_arrives_as_what_it_was(error: LiensoError) -> None:
    arrived = there_and_back(error)

    assert type(arrived) is type(error)
    assert (arrived.code, arrived.detail) == (error.code, error.detail)
    assert arrived.findings == error.findings
    assert arrived.text == f"text of {error.code}"


def test_a_conflict_arrives_with_the_version_that_is_stored() -> None:
    arrived = there_and_back(errors.VersionConflict("receipt", "id", 4))

    assert isinstance(arrived, errors.VersionConflict)
    assert arrived.stored == 4


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.Refused("unauthenticated"), grpc.StatusCode.UNAUTHENTICATED),
        (errors.Refused("no_permission"), grpc.StatusCode.PERMISSION_DENIED),
        (errors.Refused("field_required"), grpc.StatusCode.INVALID_ARGUMENT),
        (errors.Refused("voucher_no_duplicate"), grpc.StatusCode.ALREADY_EXISTS),
        (errors.Refused("period_locked"), grpc.StatusCode.FAILED_PRECONDITION),
        (errors.Refused("cursor_invalid"), grpc.StatusCode.OUT_OF_RANGE),
        (errors.Unknown(), grpc.StatusCode.NOT_FOUND),
        (errors.OfflineRefused(), grpc.StatusCode.FAILED_PRECONDITION),
        (errors.Fenced(), grpc.StatusCode.FAILED_PRECONDITION),
        (errors.VersionConflict("a", "b", 1), grpc.StatusCode.ABORTED),
        (errors.StorageBusy(), grpc.StatusCode.UNAVAILABLE),
        (errors.LimitExceeded(), grpc.StatusCode.INVALID_ARGUMENT),
        (errors.PluginCrashed(), grpc.StatusCode.INTERNAL),
    ],
    ids=lambda value: getattr(value, "code", None) or value.name,
)
def test_the_status_tells_what_a_program_may_do(
    error: LiensoError, status: grpc.StatusCode
) -> None:
    assert Failed(sent(error)).code() is status


def test_details_are_readable_without_our_messages() -> None:
    status = sent(errors.Refused("invalid", {}, FINDINGS), "en")

    info, said, wrong = (
        error_details_pb2.ErrorInfo(),
        error_details_pb2.LocalizedMessage(),
        error_details_pb2.BadRequest(),
    )
    for packed in status.details:
        for detail in (info, said, wrong):
            if packed.Is(detail.DESCRIPTOR):
                packed.Unpack(detail)

    assert (info.reason, info.domain) == ("invalid", "lienso")
    assert (said.locale, said.message) == ("en", "text of invalid")
    assert [(v.field, v.reason, v.description) for v in wrong.field_violations] == [
        ("lines.2.account", "field_required", "field_required!"),
        ("", "credit_limit", "credit_limit!"),
    ]


def test_a_busy_database_says_when_to_come_again() -> None:
    status = sent(errors.StorageBusy())

    retry = error_details_pb2.RetryInfo()
    assert any(packed.Unpack(retry) for packed in status.details if packed.Is(retry.DESCRIPTOR))
    assert retry.retry_delay.seconds >= 1


@pytest.mark.parametrize("count", [0, 1, 10, 100, 5_000])
@pytest.mark.parametrize("size", [1, 300, 60_000])
def test_details_stay_within_a_header(count: int, size: int) -> None:
    findings = [
        Finding("error", "wrong", f"lines.{line}.x", line, {"value": "ộ" * size})
        for line in range(1, count + 1)
    ]
    error = errors.Refused("invalid", {"text": "ộ" * size}, findings)

    status = sent(error)
    arrived = error_of(Failed(status), "grpc:h:1")

    assert status.ByteSize() <= DETAILS_BYTES_MAX
    assert arrived.code == "invalid"
    assert list(arrived.findings) == findings[: len(arrived.findings)]


def test_a_detail_that_is_no_json_does_not_hide_the_error() -> None:
    arrived = there_and_back(errors.Refused("strange", {"type": object, "huge": 2**70}))

    assert arrived.code == "strange"
    assert arrived.detail["huge"] == str(2**70)


def test_a_busy_server_says_when_to_come_again() -> None:
    arrived = there_and_back(errors.Refused("server_busy", {"what": "operations"}))

    assert arrived.detail == {"what": "operations", "retry_after_ms": RETRY_AFTER_S * 1_000}


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (grpc.StatusCode.UNAVAILABLE, errors.LinkError, "link_down"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, errors.LinkError, "link_down"),
        (grpc.StatusCode.CANCELLED, errors.LinkError, "link_down"),
        (grpc.StatusCode.UNIMPLEMENTED, errors.Refused, "unknown_rpc"),
        (grpc.StatusCode.UNAUTHENTICATED, errors.Refused, "unauthenticated"),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, errors.Refused, "server_busy"),
        (grpc.StatusCode.UNKNOWN, errors.LiensoError, "internal"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_status_without_our_details_is_judged_by_its_number(
    status: grpc.StatusCode, kind: type[LiensoError], code: str
) -> None:
    bare = Failed(status_pb2.Status(code=status.value[0], message="from a proxy"))

    arrived = error_of(bare, "grpc:h:1")

    assert type(arrived) is kind
    assert arrived.code == code
