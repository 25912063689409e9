"""Passwords: argon2id, at most two at once, and what a password must be."""

from __future__ import annotations

import threading

from ..errors import Refused

PASSWORD_MIN = 8
"""Characters, as NIST SP 800-63B §3.1.1 asks; longer is better, and no rule of signs is made."""

PASSWORD_MAX = 200
"""Characters: a longer one only costs time."""

AT_ONCE = 2
"""Passwords that are looked at together: each takes 64 MiB and a core."""


class Passwords:
    """Makes and checks verifiers of passwords.

    Args:
        memory_kib, rounds, lanes: cost of one look; the defaults are those of RFC 9106 §4 for 64 MiB.
            A verifier carries its own.
    """

    def __init__(self, memory_kib: int = 65_536, rounds: int = 3, lanes: int = 4) -> None:
        self._cost = (rounds, memory_kib, lanes)
        self._places = threading.Semaphore(AT_ONCE)
        self._nobody = ""

    def verifier(self, password: str) -> str:
        """Return what is kept of a password."""
        # Loaded by the first sign-in, not by every start.
        from argon2 import PasswordHasher

        rounds, memory_kib, lanes = self._cost
        with self._places:
            return PasswordHasher(rounds, memory_kib, lanes).hash(password)

    def fits(self, password: str, verifier: str) -> bool:
        """Tell whether a password is that of a verifier; for none it takes as long, and says no."""
        from argon2 import PasswordHasher
        from argon2.exceptions import InvalidHashError, VerificationError

        known = bool(verifier)
        if not known:
            self._nobody = verifier = self._nobody or self.verifier("nobody")
        with self._places:
            try:
                return PasswordHasher().verify(verifier, password) and known
            except (VerificationError, InvalidHashError):
                return False


def check_new(password: str, user: str) -> None:
    """Refuse a password that is too short, too long, or the user's name. Raises: Refused."""
    weak = len(password) < PASSWORD_MIN or password.casefold() == user.casefold()
    if weak or len(password) > PASSWORD_MAX:
        raise Refused("password_weak", {"min": PASSWORD_MIN, "max": PASSWORD_MAX})
