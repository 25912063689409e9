"""Ratios that a company adds or changes, and analyses that it keeps (spec §2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from lienso import Finding, Record, Refused
from lienso.fields import Body, CatalogEntry, Day, Merge, Quantity, Text
from lienso.view import View
from lienso_catalog import regime_of
from lienso_general_ledger import line_names
from pydantic import Field

from .expressions import FORMULA_MAX, parse
from .regimes import ABSENT, CODES, FORMS, WITHOUT

RATIO, SNAPSHOT = "ratio_definition", "analysis_snapshot"


class RatioDefinition(CatalogEntry):
    """Chỉ tiêu phân tích: a ratio of the company's own; under the id of a standard one in its place.

    Attributes:
        code: id of the ratio in results.
        formula: see `expressions`. ``better``: whether more of it is good.
        warn_below, warn_above: what gets a mark in lists, in the unit that is shown.
    """

    code: Annotated[Text, Merge(never=True), Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
    formula: Annotated[Text, Field(min_length=1, max_length=FORMULA_MAX)]
    unit: Literal["ratio", "percent", "days", "vnd"] = "ratio"
    group: Annotated[Text, Field(max_length=100)] = ""
    better: Literal["high", "low"] = "high"
    flow_over_stock: bool = False
    warn_below: Quantity | None = None
    warn_above: Quantity | None = None


class AnalysisSnapshot(Body):
    """Bảng phân tích: the result of an analysis with its date and a comment; read offline as it is.

    Attributes:
        set: id of the statements used; empty: computed from the ledger.
        values: the result of `financial_analysis.analyze`.
    """

    name: Text = ""
    kind: Literal["ratios", "horizontal_vertical", "trend"] = "ratios"
    from_date: Day
    to_date: Day
    regime: Literal["TT99", "TT200", "TT133"] = "TT200"
    set: Text = ""
    values: dict[str, Any] = Field(default_factory=dict)
    comment: Text = ""


def check_record(record: Record[Any], view: View) -> Iterator[Finding]:
    """Say what is wrong with a ratio or an analysis about to be saved."""
    if record.type == SNAPSHOT and record.data.from_date > record.data.to_date:
        yield Finding("error", "period_invalid", "to_date")
    if record.type != RATIO:
        return
    try:
        formula = parse(record.data.formula)
    except Refused as error:
        yield Finding("error", error.code, "formula", None, error.detail)
        return
    regime = regime_of(view)
    if view.role == "site":
        return  # which lines a company added to its forms is checked where they are computed
    names = line_names(view, regime)
    for place in formula.places():
        line = f"{place.statement}{place.code}"
        if line in ABSENT.get(regime, ()) or line in WITHOUT.get(regime, ()):
            continue
        form = FORMS[regime].get(place.statement, place.statement)
        if CODES.get(regime, {}).get(line, place.code) not in names.get(form, {}):
            yield Finding("error", "unknown_line", "formula", None, {"line": str(place)})
