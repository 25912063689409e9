"""Which machine and file a site runs on: what tells two copies of one site apart."""

from __future__ import annotations

import hashlib
import platform
import sys
from pathlib import Path

_MACHINE_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
"""Made when a Linux system is installed (machine-id(5))."""


def fingerprint(storage: str) -> str:
    """Return a fingerprint of the machine and file that this site runs on.

    A copy that runs elsewhere has another one, so the cloud can tell the two apart. A machine that is
    renamed keeps its own; one that was installed anew is let in when its old session is over, or at
    once by the word of `lienso site moved`.
    """
    return hashlib.sha256(f"{machine_id()}\0{storage}".encode()).hexdigest()[:32]


def machine_id() -> str:
    """Return what names this installation of the system, whatever the machine is called; its name
    where the system has no such id."""
    if sys.platform == "win32":
        import winreg

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    for path in _MACHINE_FILES:
        if path.is_file() and (found := path.read_text(encoding="ascii").strip()):
            return found
    return platform.node()
