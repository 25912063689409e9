"""Vay vốn: loans and what is owed to lenders. The table of contents of this module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lienso import (
    Capability,
    Figure,
    Finding,
    Label,
    Manifest,
    Message,
    Record,
    RecordType,
    Report,
    hookimpl,
)
from lienso.fields import NoParams

from . import loans, records
from .messages import MESSAGES

MANIFEST = Manifest(name="acme_loans", title="Vay vốn", api="1.0", requires=("general_ledger",))


@hookimpl
def lienso_record_types() -> Sequence[RecordType]:
    """Name the record types; a partner's start with the partner's name."""
    return [
        RecordType(
            records.LOAN,
            Label("Chứng từ vay", "Loan"),
            records.Loan,
            "voucher",
            number_prefix="ACV",
            post=records.post_loan,
            defaults={"amount": 1_000_000},
        )
    ]


@hookimpl
def lienso_check_record(record: Record[Any]) -> Iterator[Finding]:
    """Look at loans before they are saved, at a site and in the cloud."""
    return records.check_loan(record)


@hookimpl
def lienso_capabilities() -> Sequence[Capability]:
    """Name the functions."""
    return [
        Capability(
            "acme_loans.plan_repayments",
            Label("Lập lịch trả nợ", "Plan repayments"),
            loans.PlanParams,
            loans.Plan,
            loans.plan_repayments,
            "offline_ok",  # it reads nothing
        ),
        Capability(
            "acme_loans.repay_lender",
            Label("Trả nợ vay", "Repay a lender"),
            loans.RepayParams,
            loans.Repaid,
            loans.repay_lender,
            "online_only",  # what is owed is known only in the cloud
            undo="unpost and delete the journal voucher",
        ),
    ]


@hookimpl
def lienso_figures() -> Sequence[Figure]:
    """Name the figures."""
    return [
        Figure(
            "acme_loans.owed_to_lender",
            Label("Còn nợ bên cho vay", "Owed to the lender"),
            loans.LenderParams,
            loans.owed_to_lender,
            "blank",  # somebody may rely on it when he pays
        ),
        Figure(
            "acme_loans.owed",
            Label("Tổng dư nợ vay", "Owed in all"),
            NoParams,
            loans.owed_in_all,
            "last_online",  # good enough for a summary, with its time
        ),
    ]


@hookimpl
def lienso_reports() -> Sequence[Report]:
    """Name the reports."""
    return [
        Report(
            "acme_loans.lenders",
            Label("Dư nợ vay theo bên cho vay", "Loans by lender"),
            NoParams,
            loans.lender_list,
        )
    ]


@hookimpl
def lienso_messages() -> Mapping[str, Message]:
    """Give the texts."""
    return MESSAGES
