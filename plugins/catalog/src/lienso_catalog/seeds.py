"""What a new company starts with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .regimes import MONETARY, chart, read_rows

Seed = tuple[str, Mapping[str, Any]]

VND: Mapping[str, Any] = {
    "code": "VND",
    "name": "Đồng Việt Nam",
    "name_en": "Vietnamese dong",
    "decimals": 0,
    "words_vi": "đồng",
    "words_en": "dong",
}

_RATES: tuple[Mapping[str, Any], ...] = (
    {"code": "0", "name": "0%", "percent": "0", "value_cell": "29"},
    {"code": "5", "name": "5%", "percent": "5", "value_cell": "30", "tax_cell": "31"},
    {
        "code": "8",
        "name": "8%",
        "percent": "8",
        "valid_from": "2022-02-01",
        "valid_to": "2026-12-31",
        "value_cell": "32",
        "tax_cell": "33",
    },
    {"code": "10", "name": "10%", "percent": "10", "value_cell": "32", "tax_cell": "33"},
    {"code": "KCT", "name": "Không chịu thuế", "value_cell": "26"},
    {"code": "KKKNT", "name": "Không phải kê khai, tính nộp thuế", "value_cell": "32a"},
    {
        "code": "NTB",
        "name": "Không tính vào giá tính thuế",
        "valid_from": "2026-07-01",
        "value_cell": "32b",
    },
    {
        "code": "NPV",
        "name": "Ngoài phạm vi điều chỉnh",
        "valid_from": "2026-07-01",
        "value_cell": "34a",
    },
    {"code": "KHAC", "name": "Thuế suất khác"},
)
"""Cells of 01/GTGT as in `tax.md` §3.1; [32b] and [34a] come with Circular 89/2026. The days of 8 %
are those of the legal profile ``vat/rate-8``."""

_RULES: tuple[Mapping[str, Any], ...] = (
    {"key": "cash_threshold", "value": "20000000", "valid_to": "2025-06-30"},
    {"key": "cash_threshold", "value": "5000000", "valid_from": "2025-07-01"},
    {"key": "late_interest", "value": "0.0003"},
    {"key": "quarter_revenue_limit", "value": "50000000000"},
)
"""`tax.md` §2: đồng with VAT; share a day; đồng."""

_GROUPS: tuple[Mapping[str, Any], ...] = (
    {"code": "1", "name": "Hàng hóa, dịch vụ dùng riêng cho SXKD chịu thuế GTGT"},
    {"code": "2", "name": "Hàng hóa, dịch vụ dùng chung cho SXKD chịu thuế và không chịu thuế"},
    {"code": "3", "name": "Hàng hóa, dịch vụ dùng cho dự án đầu tư"},
)
"""`tax.md` §2.1, ``vat_group``."""


def seed_records(regime: str) -> list[Seed]:
    """Return the records of a new company: chart of accounts, VND, VAT, a unit, legal profiles."""
    return [
        ("currency", VND),
        *_accounts(regime),
        *(("vat_rate", rate) for rate in _RATES),
        *(("vat_group", group) for group in _GROUPS),
        *(("vat_rule", rule) for rule in _RULES),
        ("unit", {"code": "cái", "name": "Cái"}),
        *(("legal_profile", profile) for profile in _profiles()),
    ]


def _accounts(regime: str) -> Iterator[Seed]:
    """Yield the chart; a summary account comes before its children, as the file has it."""
    for row in chart(regime).values():
        tokens = [token for token in row["tracks"].split("|") if token]
        yield (
            "account",
            {
                "code": row["code"],
                "name": row["name_vi"],
                "name_en": row["name_en"],
                "nature": row["nature"],
                "tracks": tokens,
                "fc": "fc" in tokens or "fc?" in tokens,
                "monetary": row["code"][:3] in MONETARY,
                "is_statutory": True,
            },
        )


def _profiles() -> Iterator[Mapping[str, Any]]:
    for row in read_rows("legal_profiles.csv"):
        yield {name: value for name, value in row.items() if value}
