"""Random years for the identities of statements: openings, postings of every kind, the closing (§4.3)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from lienso import Entry
from lienso.kernel import Kernel
from lienso.storage import RecordRef
from lienso.testing.kernels import actor
from lienso.transaction import Transaction
from lienso.view import View
from lienso_catalog.regimes import chart
from lienso_general_ledger.lines import Line
from lienso_general_ledger.pairs import line_dimensions
from lienso_general_ledger.statements.evaluate import Sheet
from lienso_general_ledger.statements.facts import Facts, Scope
from lienso_general_ledger.statements.forms import Regime, shipped
from lienso_general_ledger.statements.functions import Column

T = TypeVar("T")
Row = dict[str, Any]
YEAR = (datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
QUARTER = (datetime.date(2026, 4, 1), datetime.date(2026, 6, 30))
OPENING = 100_000
"""What every opening item is, so that no posting turns one to its unusual side."""

INVESTING, FINANCING = "investing", "financing"


def random_years(examples: int) -> settings:
    """Return how random years are tried: the same every time, and told as they are, since a year takes long."""
    return settings(
        max_examples=examples,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
        phases=[Phase.explicit, Phase.generate],
    )


def _kind(debit: str, credit: str, only: str = "", **attributes: Any) -> Row:
    return {"debit": debit, "credit": credit, "only": only, **attributes}


KINDS: Sequence[Row] = (
    _kind("1121", "515"),  # interest received, untagged
    _kind("1121", "515", op="investing_income"),
    _kind("1121", "515", op="trading_gain"),
    _kind("1121", "515", op="fx_difference"),
    _kind("635", "1121", op="investing_loss"),
    _kind("1121", "3334"),  # income tax refunded
    _kind("3334", "1121"),
    _kind("1332", "1121", op="asset_purchase"),  # VAT of an asset, in cash and on credit
    _kind("1332", "1121", activity=INVESTING),
    _kind("1332", "331", credit_activity=INVESTING),
    _kind("2112", "331", credit_activity=INVESTING),
    _kind("331", "1121", op="asset_purchase", debit_activity=INVESTING),
    _kind("2112", "1121"),
    _kind("241", "334"),  # wages, stock, interest into construction
    _kind("241", "152"),
    _kind("241", "335", op="interest_expense", credit_activity=FINANCING),
    _kind("241", "1121"),
    _kind("635", "335", op="interest_expense", credit_activity=FINANCING),
    _kind("335", "1121", op="interest_expense", debit_activity=FINANCING),
    _kind("635", "1121", op="interest_expense"),
    _kind("242", "1121", op="interest_expense", debit_activity=FINANCING),
    _kind("635", "242", op="interest_expense", credit_activity=FINANCING),
    _kind("353", "334"),  # bonus out of the fund
    _kind("353", "1121"),
    _kind("4212", "338", credit_activity=FINANCING),  # dividends, tax withheld from them
    _kind("338", "3335", debit_activity=FINANCING),
    _kind("338", "1121", op="dividend", debit_activity=FINANCING),
    _kind("1361", "152"),
    _kind("228", "156"),  # stock and debts into capital and investments
    _kind("331", "4111"),
    _kind("228", "131"),
    _kind("228", "1121"),
    _kind("2112", "711"),  # assets given, missing, found
    _kind("1381", "2112"),
    _kind("2112", "3381"),
    _kind("632", "2294", credit_of="156"),
    _kind("2293", "131"),  # an allowance used
    _kind("642", "2293"),
    _kind("641", "352"),
    _kind("352", "1121"),
    _kind("1121", "515", op="fx_settlement_investing", only="TT200 TT99"),
    _kind("635", "1121", op="fx_settlement_financing", only="TT200 TT99"),
    _kind("331", "3411", op="direct_payment"),
    _kind("2112", "3411", op="direct_payment"),
    _kind("3411", "131", op="cross_netting"),
    _kind("131", "511"),
    _kind("1121", "511"),
    _kind("131", "3331"),
    _kind("511", "3331"),  # taxes and corrections on the debit of 511
    _kind("511", "131"),
    _kind("521", "131", only="TT200 TT99"),
    _kind("632", "156"),
    _kind("642", "2141"),
    _kind("154", "2141"),
    _kind("642", "334"),
    _kind("334", "1121"),
    _kind("1121", "711", op="asset_disposal"),
    _kind("131", "711", op="asset_disposal", debit_activity=INVESTING),
    _kind("1121", "131", op="asset_disposal", credit_activity=INVESTING),
    _kind("811", "2112", op="asset_disposal"),
    _kind("1121", "3331", op="asset_disposal"),
    _kind("1281", "1121", debit_cash_equiv=True),  # equivalents, and when they cease to be such
    _kind("1288", "1281", credit_cash_equiv=True),
    _kind("1281", "1121"),
    _kind("1121", "3411"),
    _kind("3411", "1121"),
    _kind("1121", "4111"),
    _kind("131", "511", debit_term="long"),  # long items
    _kind("331", "1121", debit_term="long"),
    _kind("1121", "3411", credit_term="long"),
    _kind("242", "331", debit_term="long"),
    _kind("642", "242", credit_term="long"),
    _kind("1121", "4131", only="TT200"),  # revaluation
    _kind("4131", "331", only="TT200"),
    _kind("131", "413", only="TT133"),
    _kind("413", "1121", only="TT133"),
    _kind("1121", "515", op="fx_revaluation", only="TT99"),
    _kind("635", "331", op="fx_revaluation", only="TT99"),
    _kind("632", "217", op="asset_disposal", only="TT99"),
    _kind("1121", "511", op="asset_disposal", only="TT99"),
    _kind("642", "242", credit_activity=INVESTING, only="TT99"),
    _kind("821", "3334"),
)


@dataclass
class Books:
    """What a year writes, and the balances it leaves, by account."""

    transaction: Transaction
    regime: str
    balances: dict[str, int] = field(default_factory=dict)
    vouchers: int = 0

    def leaf(self, prefix: str) -> str:
        """Return the first postable account under a code, empty when the chart has none."""
        return next((code for code in leaves(self.regime) if code.startswith(prefix)), "")

    def post(self, day: datetime.date, *rows: Row, branch: str = "") -> None:
        """Write a voucher of pairs into the books of a branch."""
        entries = []
        for number, row in enumerate(rows, 1):
            line = Line(line=number, **row)
            shared, debit, credit = line_dimensions(line, day)
            debit |= {"account": line.debit, "contra_account": line.credit}
            credit |= {"account": line.credit, "contra_account": line.debit}
            for side, own, name in ((0, debit, "debit"), (1, credit, "credit")):
                amount = {name: line.amount}
                dimensions = {**shared, **own}
                entries.append(Entry(number, side, "financial", day, branch, dimensions, amount))
            self.balances[line.debit] = self.balances.get(line.debit, 0) + line.amount
            self.balances[line.credit] = self.balances.get(line.credit, 0) - line.amount
        self._write(entries, "")

    def open(self, items: Sequence[Row]) -> None:
        """Write opening items; ``amount`` is debit less credit."""
        entries = []
        for number, item in enumerate(items):
            amount = item["amount"]
            account = item["account"]
            rest = {name: text for name, text in item.items() if name != "amount"}
            measures = {"debit": amount} if amount > 0 else {"credit": -amount}
            day = datetime.date(2025, 12, 31)
            dimensions = {**rest, "opening": "1"}
            entries.append(Entry(number, 0, "financial", day, "", dimensions, measures))
            self.balances[account] = self.balances.get(account, 0) + amount
        self._write(entries, "OPN")

    def _write(self, entries: Sequence[Entry], number: str) -> None:
        self.vouchers += 1
        ref = RecordRef("journal", f"00000000-0000-7000-8000-{self.vouchers:012d}")
        self.transaction.writer.post(
            "general_ledger", ref, entries, number=number or f"NVK{self.vouchers}"
        )


def leaves(regime: str) -> list[str]:
    """Return the postable accounts of a regime's chart."""
    return [code for code, row in chart(regime).items() if row["postable"] == "yes"]


def natures(regime: str) -> dict[str, str]:
    """Return the natures of a regime's postable accounts."""
    return {code: chart(regime)[code]["nature"] for code in leaves(regime)}


def opening_items(regime: str) -> list[Row]:
    """Return an item on every balance account and side, and on the attributes that kinds use."""
    items: list[Row] = []
    for code, nature in natures(regime).items():
        if nature == "none" or code.startswith(("4212", "413")):
            continue
        for side, name in ((1, "debit"), (-1, "credit")):
            if nature in (name, "both") and (nature != "both" or not code.startswith("421")):
                its = {"object": name} if nature == "both" else {}
                items.append({"account": code, "amount": side * OPENING, **its})
    for kind in KINDS:
        if kind["only"] and regime not in kind["only"]:
            continue
        for own in ("debit", "credit"):
            traits = {
                name: "1" if value is True else value
                for name in ("activity", "term", "cash_equiv", "of")
                if (value := kind.get(f"{own}_{name}"))
            }
            account = next((code for code in leaves(regime) if code.startswith(kind[own])), "")
            nature = natures(regime).get(account, "none")
            if traits and nature != "none":
                credit = nature == "credit" or (nature == "both" and account[0] == "3")
                items.append({"account": account, **traits, "amount": OPENING * (1 - 2 * credit)})
    unique = {tuple(sorted(item.items())): item for item in items}
    kept = list(unique.values())
    total = sum(item["amount"] for item in kept)
    capital = next(code for code in leaves(regime) if code.startswith("4111"))
    return [*kept, {"account": capital, "amount": -total, "object": "plug"}]


def outside(regime: Regime, debit: str, credit: str) -> bool:
    """Tell whether a pair stands outside the identities: no rule classes it, or it is nonsense (§4.3)."""
    both = (debit, credit)
    if debit == credit or any(code.startswith(("911", "413", "4212")) for code in both):
        return True
    if regime.name == "TT99" and {debit[:3], credit[:3]} == {"511", "632"}:
        return True
    cash = tuple(regime.sets["cash"]["always"])
    into, out = debit.startswith(cash), credit.startswith(cash)
    if into == out:
        return False
    item, direction = (credit, "in") if into else (debit, "out")
    return not any(
        rule.direction == direction and not rule.op and not rule.cf and item.startswith(rule.contra)
        for rule in regime.rules
    )


@st.composite
def years(draw: Any, regime: str) -> list[Row]:
    """Draw the postings of a year: kinds, and pairs of any two accounts; some red ink."""
    kinds = [k for k in KINDS if not k["only"] or regime in k["only"]]
    codes = leaves(regime)
    forms = shipped(regime)
    rows: list[Row] = []
    amounts = st.integers(1, 400)
    days = st.dates(*YEAR)
    for place, amount, day, red in draw(
        st.lists(
            st.tuples(st.integers(0, len(kinds) - 1), amounts, days, st.booleans()),
            min_size=4,
            max_size=60,
        )
    ):
        row = {name: value for name, value in kinds[place].items() if name != "only"}
        rows.append({**row, "amount": -amount if red else amount, "day": day})
    pairs = st.tuples(st.sampled_from(codes), st.sampled_from(codes), amounts, days)
    for debit, credit, amount, day in draw(st.lists(pairs, min_size=4, max_size=60)):
        if not outside(forms, debit, credit):
            rows.append({"debit": debit, "credit": credit, "amount": amount, "day": day})
    return rows


CLOSING = (
    (("521",), "511"),
    (("511", "515", "711"), "911"),
    (("632", "635", "641", "642", "811"), "911"),
    (("821",), "911"),
    (("911",), "4212"),
)


def write_year(books: Books, rows: Sequence[Row], closed_on: Sequence[datetime.date]) -> None:
    """Write openings, postings in order, and a closing on each of these days (§4.1)."""
    books.open(opening_items(books.regime))
    rest = sorted(rows, key=lambda row: row["day"])
    for day in closed_on:
        for row in [row for row in rest if row["day"] <= day]:
            named = {name: value for name, value in row.items() if name != "day"}
            named |= {side: books.leaf(named[side]) for side in ("debit", "credit")}
            if named["debit"] and named["credit"]:
                books.post(row["day"], named)
        rest = [row for row in rest if row["day"] > day]
        _sweep(books, day, ("631", "611"), books.leaf("632"), closing=False)
        _sweep(books, day, ("621", "622", "623", "627"), books.leaf("154"), closing=False)
        for prefixes, target in CLOSING:
            _sweep(books, day, prefixes, books.leaf(target), closing=True)


def _sweep(
    books: Books, day: datetime.date, prefixes: tuple[str, ...], target: str, *, closing: bool
) -> None:
    for account in sorted(books.balances):
        amount = books.balances[account]
        if account.startswith(prefixes) and amount and account != target:
            debit, credit = (target, account) if amount > 0 else (account, target)
            row: Row = {"debit": debit, "credit": credit, "amount": abs(amount)}
            books.post(day, {**row, "closing": True} if closing else row)


class _Undone(Exception):
    """Ends a savepoint, so that the next year finds empty books."""


def in_empty_books(
    kernel: Kernel, regime: str, write: Callable[[Books], None], look: Callable[[View], T]
) -> T:
    """Write a year, look at it, and take it back."""
    found: list[T] = []

    def work(transaction: Transaction) -> None:
        try:
            with transaction.writer.attempt():
                write(Books(transaction, regime))
                transaction.view.forget_memos()
                found.append(look(transaction.view))
                raise _Undone
        except _Undone:
            transaction.view.forget_memos()

    kernel.transact(actor(kernel), work)
    return found[0]


def sheet(view: View, regime: Regime, days: tuple[datetime.date, datetime.date]) -> Sheet:
    """Return the statements of a period."""
    facts = Facts(view, regime, Scope())
    return Sheet(regime, Column(facts, *days, interim=days != YEAR))


def identities(found: Sheet) -> Iterator[tuple[str, int]]:
    """Yield what must be 0: S1 at the end and the start, S2, S3 and S4 (§4.3)."""
    value, headline = found.value, found.regime.headline
    yield "S1", value(*headline.assets) - value(*headline.resources)
    yield "S1 opening", value(*headline.assets, True) - value(*headline.resources, True)
    closed = [turn for turn in found.column.turns.under(("421",)) if turn.closing]
    yield "S2", value(*headline.profit) - sum(turn.credit - turn.debit for turn in closed)
    for method in (headline.direct, headline.indirect):
        yield f"S3 {method}", value(method, headline.flow_total) - value(*headline.cash)
        yield f"S3 opening {method}", value(method, "60") - value(*headline.cash, True)
    operating = headline.flow_operating
    yield "S4", value(headline.direct, operating) - value(headline.indirect, operating)


def broken(found: Sheet) -> Mapping[str, int]:
    """Return the identities that do not hold."""
    return {name: off for name, off in identities(found) if off}
