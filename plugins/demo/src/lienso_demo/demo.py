"""``lienso demo``: a day of a company whose office loses the network, checked step by step.

A cloud and two offices run as processes of their own and speak gRPC on loopback; the office B reaches
the cloud by a TCP cable that is cut and mended. The first step that does not hold ends the demo with
its name.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from . import steps_offline, steps_online, steps_return
from .company import Company
from .report import Report, StepFailed


def command(as_json: bool = False, fast: bool = False) -> int:
    """Run the demo; returns the exit code: 0 when all steps held, 1 when one did not.

    Args:
        as_json: print one object with the facts of every step instead of lines for people.
        fast: let the line settle for one second instead of ten.
    """
    folder = Path(tempfile.mkdtemp(prefix="lienso-demo-"))
    report = Report(as_json)
    failure: StepFailed | None = None
    try:
        with ExitStack() as ending:
            company = Company(folder, fast, report, ending)
            for part in (steps_online, steps_offline, steps_return):
                part.run(company)
    except StepFailed as found:
        failure = found
    finally:
        if failure is None:  # also when it was interrupted; a failure's folder is kept
            shutil.rmtree(folder)
    if failure is None:
        return report.done()
    again = " ".join(["lienso demo", *["--fast"] * fast, *["--json"] * as_json])
    return report.failed(failure, folder, again)
