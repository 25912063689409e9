"""The command line. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 plugins failed."""

from __future__ import annotations

import gc


def main() -> None:
    """Run the command line."""
    # A batch makes tens of thousands of objects, hardly any of them in a circle: looking for circles
    # after every 700, as Python does by itself, costs a server a tenth of its time.
    gc.set_threshold(50_000, 20, 20)
    from .commands import app

    app()
