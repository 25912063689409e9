"""What users show: passwords and programs' tokens, looked at in the cloud; and how they are set there."""

from __future__ import annotations

import datetime
import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .. import rights
from ..errors import Refused, Unknown
from ..fields import to_json
from ..ids import instant_text
from ..model import Actor, Record
from ..rights import USER_TYPE
from .passwords import Passwords, check_new
from .sessions import hash_of

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..transaction import Transaction
    from ..view import View

GRANT = datetime.timedelta(days=30)
"""How long a user may work at a site that does not reach the cloud (sync-design §14)."""

TOKEN_DAYS_MAX = 366
"""A program's token ends within a year, so that a forgotten one does not live on."""

_TOKEN_NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody signs in with: a user's name and password, or a program's token.

    Attributes:
        token_name: empty for a password.
    """

    user: str
    secret: str
    token_name: str = ""

    def __repr__(self) -> str:
        return f"Shown({self.user!r})"


@dataclass(frozen=True, slots=True)
class Known:
    """A user whose password or token was right.

    Attributes:
        user: his sign-in name as it is written. ``token_name``: empty for a password.
        verifier: by which it can be looked at again. ``until``: UTC instant, when it ends.
        since: UTC instant when the password was set; of a token its hash again.
    """

    user: str
    verifier: str = field(repr=False)
    until: str
    since: str
    token_name: str = ""


def shown(user: str, password: str, token: str) -> Shown:
    """Read what somebody signs in with. Raises: Refused: ``sign_in_wrong``: a token that is none."""
    if not token:
        return Shown(user, password)
    parts = token.rsplit("/", 2)
    if len(parts) != 3 or not all(parts):
        raise Refused("sign_in_wrong")
    return Shown(parts[0], token, parts[1])


class Credentials:
    """The passwords and tokens of the companies of a cloud."""

    def __init__(self, kernel: Kernel, passwords: Passwords) -> None:
        self._kernel, self.passwords = kernel, passwords

    def look(self, tenant: str, what: Shown) -> Known | None:
        """Return the user to whom this belongs; None for nobody, whatever the reason."""
        now = self._kernel.clock.now()

        def find(view: View) -> tuple[Any, str]:
            user = view.by_code(USER_TYPE, what.user)
            row = None if user is None else view.stored.state("password").get(user.id)
            return (None if user is None else user.data), "" if row is None else row["verifier"]

        user, verifier = self._kernel.read(Actor(tenant), find)
        until = instant_text(now + GRANT)
        if not what.token_name:
            good = self.passwords.fits(what.secret, verifier)  # also for nobody: it takes as long
            active = user is not None and user.active
            if not good or not active:
                return None
            return Known(user.code, verifier, until, user.password_at)
        if user is None or not user.active:
            return None
        for token in user.tokens:
            same = hmac.compare_digest(token.secret_hash, hash_of(what.secret))
            if same and token.name == what.token_name and token.until > instant_text(now):
                ends = min(until, token.until)
                return Known(user.code, token.secret_hash, ends, token.secret_hash, token.name)
        return None

    def set_password(self, by: Actor, user: str, password: str, *, own: bool = False) -> None:
        """Give a user a password; who signed in with the former one signs in anew, everywhere.

        Args:
            own: it is his own, and he has shown the former one.
        Raises:
            Unknown: ``not_found``. Refused: ``password_weak``; as `rights.require`.
        """
        check_new(password, user)
        verifier = self.passwords.verifier(password)

        def work(transaction: Transaction) -> None:
            record = _user(transaction, user, may_edit=not own)
            at = _after(record.data.password_at, transaction.view.now)
            row = {"user": record.id, "verifier": verifier, "set_at": at}
            transaction.writer.state("password").put(row)
            transaction.save(USER_TYPE, {"password_at": at}, id=record.id, merge=True)

        self._kernel.transact(by, work)

    def create_token(self, by: Actor, user: str, name: str, days: int) -> str:
        """Make a token for a program that works as this user; shown once, its hash is kept.

        Raises:
            Unknown: ``not_found``. Refused: ``value_out_of_range``: name or days;
                ``already_exists``; as `rights.require`.
        """
        if not _TOKEN_NAME.fullmatch(name):
            raise Refused("value_out_of_range", {"field": "name", "value": name})
        if not 1 <= days <= TOKEN_DAYS_MAX:
            raise Refused("value_out_of_range", {"field": "days", "max": TOKEN_DAYS_MAX})
        secret = self._kernel.ids.secret()

        def work(transaction: Transaction) -> str:
            record = _user(transaction, user, may_edit=True)
            if any(token.name == name for token in record.data.tokens):
                raise Refused("already_exists", {"fields": f"token {name}"})
            token = f"{record.data.code}/{name}/{secret}"
            now = transaction.view.now
            row = {
                "name": name,
                "secret_hash": hash_of(token),
                "made_at": instant_text(now),
                "until": instant_text(now + datetime.timedelta(days=days)),
            }
            tokens = [*to_json(record.data).get("tokens", ()), row]
            _save_tokens(transaction, record, tokens)
            return token

        return self._kernel.transact(by, work)

    def revoke_token(self, by: Actor, user: str, name: str) -> None:
        """Take a token away; what was signed in with it is out at its next call.

        Raises:
            Unknown: ``not_found``. Refused: as `rights.require`.
        """

        def work(transaction: Transaction) -> None:
            record = _user(transaction, user, may_edit=True)
            tokens = to_json(record.data).get("tokens", [])
            left = [token for token in tokens if token["name"] != name]
            if len(left) == len(tokens):
                raise Unknown("not_found", {"type": "token", "value": name})
            _save_tokens(transaction, record, left)

        self._kernel.transact(by, work)


def _after(former: str, now: datetime.datetime) -> str:
    """Return now, or just after the former instant where the clock does not say that it is later."""
    if former:
        now = max(now, datetime.datetime.fromisoformat(former) + datetime.timedelta(microseconds=1))
    return instant_text(now)


def _user(transaction: Transaction, user: str, *, may_edit: bool) -> Record[Any]:
    record = transaction.view.require(USER_TYPE, user)
    if may_edit:
        kernel, by, view = transaction.kernel, transaction.by, transaction.view
        rights.require_on(kernel, by, view, "edit", record)
    return record


def _save_tokens(transaction: Transaction, record: Record[Any], tokens: list[Any]) -> None:
    body = {**to_json(record.data), "tokens": tokens}
    transaction.save(USER_TYPE, body, id=record.id)
