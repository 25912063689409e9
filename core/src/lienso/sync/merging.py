"""Two edits of one catalog entry joined field by field (sync-design §7): pure functions of JSON values.

A field is taken from the side that changed it. What both sides changed, each otherwise, is a conflict,
and then nothing is joined at all: a person chooses. A list is one value, unless its model says by what
its lines are known; then each line is taken from the side that changed it. A line is never mixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ..canonical import canonical_bytes

Body = Mapping[str, Any]
Side = Literal["mine", "theirs"]
SIDES: tuple[Side, ...] = ("mine", "theirs")


@dataclass(frozen=True, slots=True)
class MergeRules:
    """What a model says about its fields; see `lienso.fields.Merge`.

    Attributes:
        group_of: field → name of the group that moves together.
        never: fields whose change is never joined with another's.
        line_key: list field → field of a line that tells which line it is; ``.``: the element itself.
    """

    group_of: Mapping[str, str] = field(default_factory=dict)
    never: frozenset[str] = frozenset()
    line_key: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field, or a line of a list, that both sides changed. None: it is not there.

    Attributes:
        group: fields of one group are chosen from the same side; empty: it stands alone.
    """

    base: Any
    mine: Any
    theirs: Any
    group: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the values for the verdict's detail."""
        shown = {"base": self.base, "mine": self.mine, "theirs": self.theirs}
        return {**shown, "group": self.group} if self.group else shown


@dataclass(frozen=True, slots=True)
class Merged:
    """A join of two edits.

    Attributes:
        body: complete when there are no conflicts, or all were decided.
        taken: paths whose value came from the others.
        conflicts: path → what stands where; a path is a field, or ``field.key`` of a list's line.
    """

    body: dict[str, Any]
    taken: tuple[str, ...]
    conflicts: Mapping[str, FieldConflict]


class _Absent:
    """Not there: another thing than a null."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = _Absent()


def merge(
    base: Body,
    mine: Body,
    theirs: Body,
    rules: MergeRules,
    choices: Mapping[str, Side] | None = None,
) -> Merged:
    """Join my edit and theirs of the same base.

    Args:
        choices: path of a conflict → whose value holds.
    Returns:
        The join, with the conflicts that nobody decided.
    """
    if not choices:
        if _same(mine, theirs) or _same(mine, base):
            return Merged(dict(theirs), _changed(mine, theirs), {})
        if _same(theirs, base):
            return Merged(dict(mine), (), {})
    join = _Join(base, mine, theirs, rules, choices or {})
    for unit in _units(_names(theirs, mine), rules):
        join.unit(unit)
    return Merged(join.body, tuple(sorted(join.taken)), join.conflicts)


def torn_groups(conflicts: Mapping[str, FieldConflict], choices: Mapping[str, Side]) -> list[str]:
    """List the groups whose fields were chosen from both sides, or not all of them."""
    sides: dict[str, set[Side | None]] = {}
    for path, conflict in conflicts.items():
        if conflict.group:
            sides.setdefault(conflict.group, set()).add(choices.get(path))
    return sorted(group for group, chosen in sides.items() if len(chosen) > 1)


def changed(base: Body, theirs: Body, name: str) -> bool:
    """Tell whether a field is another than it was."""
    return not _same(base.get(name, ABSENT), theirs.get(name, ABSENT))


def conflict(base: Body, mine: Body, theirs: Body, rules: MergeRules, name: str) -> FieldConflict:
    """Return a field as a conflict, whether or not my side changed it."""
    group = rules.group_of.get(name, "")
    return FieldConflict(base.get(name), mine.get(name), theirs.get(name), group)


class _Join:
    """The join being made: ``body``, ``taken`` and ``conflicts`` grow unit by unit."""

    def __init__(
        self, base: Body, mine: Body, theirs: Body, rules: MergeRules, choices: Mapping[str, Side]
    ) -> None:
        self._base, self._mine, self._theirs = base, mine, theirs
        self._rules, self._choices = rules, choices
        self.body: dict[str, Any] = {}
        self.taken: set[str] = set()
        self.conflicts: dict[str, FieldConflict] = {}

    def unit(self, names: Sequence[str]) -> None:
        """Join fields that move together; mostly it is one."""
        base, mine, theirs = (
            [side.get(name, ABSENT) for name in names]
            for side in (self._base, self._mine, self._theirs)
        )
        never = any(name in self._rules.never for name in names)
        if any(name in self._choices for name in names) and not _same(mine, theirs):
            self._conflict(names, base, mine, theirs)
        elif _same(mine, theirs) or (_same(mine, base) and not never):
            self._take(names, mine, theirs)
        elif _same(theirs, base) and not never:
            self._keep(names, mine)
        elif not (len(names) == 1 and not never and self._lines(names[0])):
            self._conflict(names, base, mine, theirs)

    def _take(self, names: Sequence[str], mine: Sequence[Any], theirs: Sequence[Any]) -> None:
        self._keep(names, theirs)
        for name, old, new in zip(names, mine, theirs, strict=True):
            if not _same(old, new):
                self.taken.add(name)

    def _keep(self, names: Sequence[str], values: Sequence[Any]) -> None:
        self.body |= {
            name: value
            for name, value in zip(names, values, strict=True)
            if not isinstance(value, _Absent)
        }

    def _conflict(self, names: Sequence[str], *sides: Sequence[Any]) -> None:
        group = self._rules.group_of.get(names[0], "")
        rows = list(zip(names, *sides, strict=True))
        differing = [row for row in rows if not _same(row[2], row[3])]
        for row in rows:
            name, base, mine, theirs = row
            if row not in differing:
                self._keep([name], [theirs])
                continue
            choice = self._choices.get(name)
            if choice is None:
                self.conflicts[name] = FieldConflict(
                    _shown(base), _shown(mine), _shown(theirs), group
                )
            elif choice == "mine":
                self._keep([name], [mine])
            else:
                self._take([name], [mine], [theirs])

    def _lines(self, name: str) -> bool:
        """Join a list line by line; False when it must be seen as one value."""
        by = self._rules.line_key.get(name, "")
        keyed = [_keyed(s.get(name, []), by) for s in (self._base, self._mine, self._theirs)]
        lists = [lines for lines in keyed if lines is not None]
        if len(lists) < len(keyed):
            return False
        kept: dict[str, Any] = {}
        taken: set[str] = set()
        conflicts: dict[str, FieldConflict] = {}
        for key in _names(*lists):
            path = f"{name}.{key}"
            base, mine, theirs = (lines.get(key, ABSENT) for lines in lists)
            if _same(mine, theirs) or _same(mine, base):
                value = theirs
            elif _same(theirs, base):
                value = mine
            else:
                if path not in self._choices:
                    shown = _shown(base), _shown(mine), _shown(theirs)
                    conflicts[path] = FieldConflict(*shown)
                value = mine if self._choices.get(path) == "mine" else theirs
            if not _same(value, mine):
                taken.add(path)
            if not isinstance(value, _Absent):
                kept[key] = value
        order = _order(kept, *lists)
        if order is None:
            return False
        self.body[name] = [kept[key] for key in order]
        self.taken |= taken
        self.conflicts |= conflicts
        return True


def _units(names: Iterable[str], rules: MergeRules) -> list[list[str]]:
    """Part fields into what moves together."""
    units: dict[str, list[str]] = {}
    for name in names:
        group = rules.group_of.get(name)
        units.setdefault(f"group {group}" if group else f"field {name}", []).append(name)
    return list(units.values())


def _keyed(lines: Any, by: str) -> dict[str, Any] | None:
    """Return lines by what they are known by; None where that does not tell them apart."""
    if not by or not isinstance(lines, list):
        return None
    found: dict[str, Any] = {}
    for line in lines:
        key = line if by == "." else line.get(by) if isinstance(line, Mapping) else None
        if not isinstance(key, (str, int)) or str(key) in found:
            return None
        found[str(key)] = line
    return found


def _order(kept: Body, base: Body, mine: Body, theirs: Body) -> list[str] | None:
    """Put joined lines in order; None when each side ordered them in its own way.

    What both have follows the side that changed its order; a new line follows the one it was put after.
    Mine and theirs play the same part, so that it does not matter who comes first.
    """
    shared = {key for key in kept if key in base and key in mine and key in theirs}
    old, ours, others = ([key for key in side if key in shared] for side in (base, mine, theirs))
    if ours != others and old not in (ours, others):
        return None
    skeleton = others if ours == old else ours
    new_after = [_new_after(side, shared, kept) for side in (mine, theirs)]
    order: list[str] = []
    for anchor in (None, *skeleton):
        if anchor is not None:
            order.append(anchor)
        for block in sorted(new.get(anchor, []) for new in new_after):
            order += [key for key in block if key not in order]
    return order


def _new_after(side: Body, shared: set[str], kept: Body) -> dict[str | None, list[str]]:
    """Return a side's lines that not all have, by the shared line that they follow."""
    found: dict[str | None, list[str]] = {}
    anchor: str | None = None
    for key in side:
        if key in shared:
            anchor = key
        elif key in kept:
            found.setdefault(anchor, []).append(key)
    return found


def _names(*bodies: Body) -> list[str]:
    return sorted({name for body in bodies for name in body})


def _changed(old: Body, new: Body) -> tuple[str, ...]:
    names = _names(old, new)
    return tuple(n for n in names if not _same(old.get(n, ABSENT), new.get(n, ABSENT)))


def _shown(value: Any) -> Any:
    return None if isinstance(value, _Absent) else value


def _same(one: Any, other: Any) -> bool:
    """Tell whether JSON values are the same; True is not 1."""
    if isinstance(one, _Absent) or isinstance(other, _Absent):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return canonical_bytes(one) == canonical_bytes(other)
