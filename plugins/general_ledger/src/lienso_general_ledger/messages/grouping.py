"""Texts of journal groups (chứng từ ghi sổ)."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

MESSAGES: Mapping[str, Message] = {
    "already_grouped": Message(
        "Chứng từ đã thuộc chứng từ ghi sổ {group}",
        "Already in journal group {group}",
    ),
    "in_journal_group": Message(
        "Chứng từ đã lập chứng từ ghi sổ {group}",
        "In journal group {group}; take it out first",
    ),
}
