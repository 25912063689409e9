"""Reading a formula's text by a grammar, with the place of what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lienso import Refused


def tree_of(text: str, parser: Callable[[], Any], longest: int) -> Any:
    """Return the tree of a formula.

    Args:
        parser: returns a parser of lark; asked only for a text that is not too long.
        longest: characters of a formula.
    Raises:
        Refused: ``formula_syntax`` with the column of the first character that does not fit.
    """
    from lark.exceptions import UnexpectedInput  # loaded where a formula is read

    if len(text) > longest:
        raise Refused("formula_syntax", {"formula": text[:100], "column": longest + 1})
    try:
        return parser().parse(text)
    except UnexpectedInput as error:
        # Where the text ends too early there is no character to name, only what should follow.
        ended = getattr(getattr(error, "token", None), "type", "") == "$END"
        at = len(text) + 1 if ended else error.column
        raise Refused("formula_syntax", {"formula": text, "column": at}) from error
