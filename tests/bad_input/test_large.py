"""A hundred thousand lines and ten megabytes, at every door."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from lienso import limits
from lienso.canonical import canonical_text
from lienso.errors import LimitExceeded
from lienso.kernel import Kernel
from lienso.sync.enrolment import add_client
from lienso.testing import kernels
from lienso.testing.kernels import actor
from lienso_api.v1 import records_pb2

from .world import Company, change, pushed, receipt

LINES = 100_000
KEPT_BYTES_MAX = 1024 * 1024
PEAK_BYTES_MAX = 32 * 1024 * 1024
"""A body of 100,000 lines has 7 MB of JSON and, looked up line by line, took 80 MB."""


def many(**line: Any) -> dict[str, Any]:
    """Write a receipt of too many lines."""
    return receipt(*([line] * LINES))


def short() -> dict[str, Any]:
    """Write one whose bytes alone are no reason to refuse it."""
    return {**receipt(), "lines": [{}] * LINES}


def test_the_kernel_refuses_100_000_lines_before_it_looks_anything_up(company: Company) -> None:
    by = actor(company.kernel)

    for body in (many(object="KH9"), short()):
        error = company.refused(lambda body=body: company.kernel.save(by, "cash_receipt", body))
        assert error.code == "limit_exceeded"
        assert error.detail == {
            "what": "lines", "field": "lines", "size": LINES, "max": limits.LINES_MAX,
        }  # fmt: skip


def test_5_000_lines_are_taken_and_one_more_is_not(company: Company) -> None:
    company.client.save(receipt(*([{}] * limits.LINES_MAX)), type="cash_receipt")

    error = company.refused(
        lambda: company.client.save(receipt(*([{}] * (limits.LINES_MAX + 1))), type="cash_receipt")
    )

    assert (error.code, error.detail["max"]) == ("limit_exceeded", limits.LINES_MAX)


def test_a_program_that_sends_100_000_lines_is_refused(company: Company) -> None:
    said = {
        company.refused(lambda body=body: company.client.save(body, type="cash_receipt")).code
        for body in (many(), short())
    }

    assert said == {"limit_exceeded"}


@pytest.mark.parametrize("megabytes", [5, 10, 15])
def test_ten_megabytes_over_the_line_are_answered_by_our_code(
    company: Company, megabytes: int
) -> None:
    body = '{"code":"X","name":"' + "x" * (megabytes * 1024 * 1024) + '"}'
    request = records_pb2.SaveRequest(type="object", body_json=body).SerializeToString()
    target = company.server.url.removeprefix("grpc:")
    token = add_client(company.kernel, kernels.TENANT, "raw")

    with grpc.insecure_channel(target, [("grpc.max_send_message_length", -1)]) as channel:
        save = channel.unary_unary("/lienso.v1.Records/Save")
        with pytest.raises(grpc.RpcError) as refused:
            save(request, metadata=[("authorization", f"Bearer {token}")], timeout=30)

    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.details() == "limit_exceeded"
    said = localized(refused.value)
    assert str(4 * 1024 * 1024) in said


def localized(error: grpc.RpcError) -> str:
    """Return the text for the user that came with a status."""
    for packed in rpc_status.from_call(error).details:
        text = error_details_pb2.LocalizedMessage()
        if packed.Unpack(text):
            return text.message
    raise AssertionError("the status carries no text")


# -- the line of a site -------------------------------------------------------------------------------


def test_a_push_of_100_000_lines_is_too_large_and_its_neighbour_passes(company: Company) -> None:
    answered = pushed(company, change(1, short()), change(2, {**receipt(), "no": "PT00001"}))

    assert [code for code, _detail in answered] == ["TOO_LARGE", "APPLIED"]
    assert answered[0][1]["code"] == "limit_exceeded"
    assert company.client.get("cash_receipt", "PT00001").version == 1


def test_a_pushed_body_of_900_kib_passes_and_a_larger_one_does_not(company: Company) -> None:
    def attached(size: int) -> str:
        """Write a body of an exact size: texts of 4,000 characters as references."""
        lines = [{"line": n, "description": ""} for n in range(1, 301)]
        body = {"posting_date": "2026-03-02", "lines": lines}
        spare = size - len(canonical_text(body))
        for line in lines:
            part = min(spare, 4_000)
            line["description"], spare = "x" * part, spare - part
        assert spare == 0
        return canonical_text(body)

    largest = limits.CHANGE_BYTES_MAX
    fits = pushed(company, change(1, attached(largest)))
    too_large = pushed(company, change(2, attached(largest + 1)))

    assert [code for code, _detail in (*fits, *too_large)] == ["APPLIED", "TOO_LARGE"]


def test_what_is_no_object_or_not_canonical_is_refused_by_the_push(company: Company) -> None:
    bodies = ("[1]", "5", '{"lines": []}', "{", '"x"', '{"lines":1e400}')

    answered = pushed(company, *(change(n, body) for n, body in enumerate(bodies)))

    assert [(code, detail["code"]) for code, detail in answered] == [("INVALID", "not_json")] * len(
        bodies
    )


def test_an_office_does_not_save_what_is_too_large_to_send(office: Kernel) -> None:
    lines = [{"line": n, "description": "x" * 4_000} for n in range(1, 245)]
    body = {"posting_date": "2026-03-02", "lines": lines}
    assert limits.CHANGE_BYTES_MAX < len(canonical_text(body)) < limits.BODY_BYTES_MAX

    with pytest.raises(LimitExceeded) as refused:
        office.save(actor(office), "cash_receipt", body)

    assert refused.value.detail["max"] == limits.CHANGE_BYTES_MAX
    assert kernels.synchronization(office).status()["pending"] == 0


def test_memory_returns_after_what_was_refused(company: Company) -> None:
    by = actor(company.kernel)
    bodies = [many(object="KH9"), short()]
    tracemalloc.start()
    try:
        before, _peak = tracemalloc.get_traced_memory()
        for body in bodies * 3:
            with pytest.raises(LimitExceeded):
                company.kernel.save(by, "cash_receipt", body)
        del body
        gc.collect()
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert after - before < KEPT_BYTES_MAX
    assert peak - before < PEAK_BYTES_MAX
