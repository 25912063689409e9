"""How flows of money are classed: the cash-flow rules of a regime (`reference/README.md` §4)."""

from __future__ import annotations

from typing import NamedTuple

from .forms import Regime, Rule
from .items import Turn

_VAT_OUT = "3331"
_VAT_IN = "133"
_DIFFERENCES = "413"


class Leg(NamedTuple):
    """One flow of a turn, by its item: which way, how much, and the rule that classes it."""

    direction: str
    amount: int
    rule: Rule | None


class Rules:
    """The rules of a regime, and the lists by which pairs are judged; each look is kept."""

    def __init__(self, regime: Regime) -> None:
        self._regime = regime
        self._bypass = frozenset(regime.sets["bypass_ops"])
        self._plain = frozenset(regime.sets["plain_operating_codes"])
        self._chosen: dict[tuple[str, str, str, str], Rule | None] = {}
        # Those with an op are tried first, then those with an activity, then the rest.
        self._ranked = sorted(regime.rules, key=lambda rule: (not rule.op, not rule.cf))

    def rule(self, direction: str, account: str, cf: str, op: str) -> Rule | None:
        """Return the rule for a flow by its item; inside a rank the longest prefix, then the first."""
        key = (direction, account, cf, op)
        if key not in self._chosen:
            self._chosen[key] = self._choose(*key)
        return self._chosen[key]

    def _choose(self, direction: str, account: str, cf: str, op: str) -> Rule | None:
        best: tuple[tuple[bool, bool, int], Rule] | None = None
        for rule in self._ranked:
            if rule.direction != direction or (rule.op and rule.op != op):
                continue
            if rule.cf and rule.cf != cf:
                continue
            length = max((len(one) for one in rule.contra if account.startswith(one)), default=0)
            rank = (bool(rule.op), bool(rule.cf), length)
            if length and (best is None or rank > best[0]):
                best = (rank, rule)
        return None if best is None else best[1]

    def implied_op(self, direction: str, account: str, cf: str, activity: str) -> str:
        """Return the op that a cash pair without op counts as having, empty for none.

        On VAT the activity "investing" stands for the purchase or the sale of an asset, since tax is
        deducted and paid as one sum (§1).
        """
        if activity == "investing" and account.startswith((_VAT_IN, _VAT_OUT)):
            return "asset_purchase" if account.startswith(_VAT_IN) else "asset_disposal"
        rule = self.rule(direction, account, cf, "")
        return "" if rule is None else rule.implies_op

    def is_revaluation(self, turn: Turn) -> bool:
        """Tell whether a pair comes from the revaluation of foreign currency."""
        told = self._regime.revaluation
        if "op" in told:
            return turn.op == told["op"]
        return turn.account.startswith(tuple(told["contra"])) or turn.contra.startswith(
            tuple(told["contra"])
        )

    def bypasses(self, turn: Turn) -> bool:
        """Tell whether a pair without cash is shown as two flows."""
        return turn.op in self._bypass and not turn.cash and not turn.contra_cash

    def is_flow(self, turn: Turn) -> bool:
        """Tell whether a turn, seen from its item, is a flow of money or stands for one."""
        if turn.closing or turn.revaluation or _differences(turn):
            return False
        return (turn.contra_cash and not turn.cash) or self.bypasses(turn)

    def legs(self, turn: Turn) -> list[Leg]:
        """Return the flows of a turn by its item: in on its credit, out on its debit."""
        if not self.is_flow(turn):
            return []
        found = []
        for direction, amount in (("in", turn.credit), ("out", turn.debit)):
            if amount:
                rule = self.rule(direction, turn.account, turn.cf, turn.op)
                found.append(Leg(direction, amount, rule))
        return found

    def is_plain(self, rule: Rule | None) -> bool:
        """Tell whether a flow is operating in the plain sense."""
        return rule is not None and rule.code in self._plain


def _differences(turn: Turn) -> bool:
    return turn.account.startswith(_DIFFERENCES) or turn.contra.startswith(_DIFFERENCES)
