"""Published exercises entered as their answers say: opening balances, then journals."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from .conftest import Company, pair

DATA = Path(__file__).parent / "data"
NAMES = {"cf": "activity", "fc": "fc_amount"}
CATALOGS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "object": ("object", {"is_customer": True, "is_supplier": True}),
    "employee": ("object", {"is_customer": True}),
    "item": ("item", {"kind": "goods"}),
    "bank_account": ("bank_account", {"bank_name": "NH"}),
}
"""Field of an entry → the catalog of what it names, and what a new entry of it needs."""

KEPT = (*CATALOGS, "qty", "op", "currency", "rate", "fc_amount")
SIDES = ("debit", "credit")


def sample(name: str) -> dict[str, Any]:
    """Read an exercise."""
    found: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return found


class Sample:
    """An exercise being entered; what it names is made as it is named."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._ids: dict[tuple[str, str], str] = {}

    def traits(self, found: Mapping[str, Any] | None, prefix: str = "") -> dict[str, Any]:
        """Return the fields of a line for what an entry says of it, or of one side of it."""
        named = {NAMES.get(name, name): value for name, value in (found or {}).items()}
        return {
            prefix + name: self.id(name, value) if name in CATALOGS else value
            for name, value in named.items()
            if name != "kind"
        }

    def id(self, field: str, code: str, **more: Any) -> str:
        """Return the id of what a field names."""
        catalog, needs = CATALOGS[field]
        if (catalog, code) not in self._ids:
            body = {"code": code, "name": code, **needs, **more}
            if catalog == "bank_account":
                body["number"] = code
            if catalog == "item":
                body["unit"] = self.company.read(lambda view: view.require("unit", "cái").id)
            self._ids[catalog, code] = self.company.save(catalog, body).id
        return self._ids[catalog, code]

    def open(self, balances: Iterable[Mapping[str, Any]]) -> None:
        """Enter opening balances, an account and currency at a time."""

        def place(row: Mapping[str, Any]) -> tuple[str, str]:
            return str(row["account"]), row.get("currency", "VND")

        for (account, currency), rows in groupby(sorted(balances, key=place), key=place):
            lines = [self._opening(number, row) for number, row in enumerate(rows, 1)]
            body = {"account": account, "currency": currency, "lines": lines}
            self.company.save("account_opening", body)

    def _opening(self, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
        side = "debit" if row.get("debit") else "credit"
        its = self.traits(row.get("attributes"))
        its |= self.traits({name: row[name] for name in CATALOGS if name in row})
        if "fc" in row:
            its[f"fc_{side}"] = row["fc"]
        return {"line": number, side: row[side], **its}

    def post(self, entries: Iterable[Mapping[str, Any]], *, closing: bool = False) -> None:
        """Enter journals: a voucher for each number."""
        for no, rows in groupby(entries, key=lambda entry: entry["no"]):
            its = list(rows)
            lines = [self._line(entry, closing) for entry in its]
            self.company.posted(*lines, day=its[0]["date"], no=f"NVK-{no}")

    def _line(self, entry: Mapping[str, Any], closing: bool) -> dict[str, Any]:
        common = {NAMES.get(name, name): value for name, value in entry.items()}
        more = self.traits({name: common[name] for name in KEPT if name in common})
        for side in SIDES:
            more |= self.traits(entry.get(f"{side}_attributes"), f"{side}_")
            if f"{side}_object" in entry:
                more[f"{side}_object"] = self.id("object", entry[f"{side}_object"])
        for side, name in (("credit", "bank_from"), ("debit", "bank_to")):
            if name in entry:
                more[f"{side}_bank_account"] = self.id("bank_account", entry[name])
        if closing:
            more["closing"] = True
        return pair(entry["debit"], entry["credit"], entry["amount"], **more)


def trial_balance(
    company: Company, wanted: Iterable[Mapping[str, Any]], from_date: str, to_date: str
) -> list[dict[str, Any]]:
    """Return the rows of a trial balance for those of an answer; objects are not netted where it says so."""
    days = {"from_date": from_date, "to_date": to_date}
    rows = {
        both: {
            row["account"]: row for row in company.report("trial_balance", **days, by_object=both)
        }
        for both in (False, True)
    }
    found = []
    for answer in wanted:
        row = rows[answer.get("both_sides", False)][answer["account"]]
        found.append({**answer, **{name: row[name] for name in answer if name in row}})
    return found
