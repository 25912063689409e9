"""The command line. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 plugins failed."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from .commands import app

    app()
