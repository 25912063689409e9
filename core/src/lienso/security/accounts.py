"""Signing in: in the cloud, and at a site with or without the cloud (sync-design §14).

A site asks the cloud whether a password is right and keeps, for 30 days, what it needs to look at it
alone: a verifier, sealed by a key that is not in its database. It never has the verifier of somebody
who did not sign in there. What only the cloud can do, a site hands on to it.
"""

from __future__ import annotations

import datetime
import hmac
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .. import rights
from ..errors import LiensoError, LinkError, Refused, StorageBusy, Unknown
from ..ids import instant_text
from ..invocation import offline_refusal
from ..model import Actor
from ..rights import USER_TYPE
from ..storage import Writer
from ..sync.messages import CallRequest
from . import editing, sign_in_log
from .credentials import Credentials, Known, Shown, shown
from .passwords import PASSWORD_MAX, Passwords
from .seals import Seals
from .sessions import Sessions, hash_of, is_good
from .tries import Tries

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..view import View

log = logging.getLogger("lienso.security")

GRANTS = "sign_in_grant"
OVERRIDE = datetime.timedelta(hours=12)
"""A working day by a supervisor's word; on the next one he is asked again."""

NEVER = "-"
"""As ``full_until`` of a session: reading and printing only, from the beginning."""

Answer = dict[str, Any]


class Accounts:
    """Who may come in at this server; one a kernel."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._seals = Seals(kernel.settings.storage)
        self._tries = Tries(kernel.clock)
        self.credentials = Credentials(kernel, Passwords())
        self.sessions = Sessions(kernel, self._seals)

    # -- in and out -----------------------------------------------------------------------------

    def sign_in(
        self, by: Actor, user: str = "", password: str = "", token: str = ""
    ) -> tuple[str, Actor, str]:
        """Sign a user in with his password, or a program with its token.

        Args:
            by: the caller's line, with the workstation that he says he is at.
        Returns:
            The session's token; who he is; the UTC instant when it ends.
        Raises:
            Refused: ``sign_in_wrong``, ``sign_in_locked``; at a site without the cloud
                ``sign_in_online_first``. StorageBusy: ``rate_limited``.
        """
        what = self._admitted(by, shown(user, password, token))
        if self._kernel.role == "cloud":
            known = self._looked(by, what)
            return self._begin(by, known, "", "signed_in")
        known_there = self._asked(by, what)
        if known_there is not None:
            return self._begin(by, known_there, known_there.until, "signed_in")
        grant = self._granted(by, what)
        now = instant_text(self._kernel.clock.now())
        # Before it was given: the clock was set back, and may be as wrong as it likes.
        full_until = grant["until"] if grant["granted_at"] <= now else NEVER
        since = grant["since"]
        known = Known(grant["user"], grant["verifier"], full_until, since, what.token_name)
        return self._begin(by, known, full_until, "signed_in_offline")

    def sign_out(self, by: Actor, token: str) -> None:
        """End a session; nothing else is taken away, least of all what waits to be sent."""

        def work(writer: Writer) -> None:
            user = self.sessions.end(writer, token)
            if user:
                sign_in_log.note(self._kernel, writer, by, user, "signed_out")

        self._kernel.storage.write(by.tenant, work)

    def _admitted(self, by: Actor, what: Shown) -> Shown:
        """Count a try, and let it in if it comes in time and in size. Raises: Refused, StorageBusy."""
        if not what.user or len(what.user) > 100 or len(what.secret) > PASSWORD_MAX:
            raise Refused("sign_in_wrong")
        self._tries.count(by.tenant, what.user)
        where = _place(by)
        self._kernel.storage.read(
            by.tenant, lambda view: self._tries.refuse_locked(view, what.user, where)
        )
        return what

    def _looked(self, by: Actor, what: Shown) -> Known:
        """Look at it in the cloud. Raises: Refused: ``sign_in_wrong``."""
        known = self.credentials.look(by.tenant, what)
        if known is None:
            raise self._wrong(by, what.user)
        return known

    def _wrong(self, by: Actor, user: str, *, sent: bool = False) -> Refused:
        """Note a wrong try; returns the refusal, the same for every reason."""

        def work(writer: Writer) -> None:
            locked = self._tries.note_wrong(writer, user, _place(by))
            sign_in_log.note(self._kernel, writer, by, user, "wrong", sent=sent)
            if locked:
                sign_in_log.note(self._kernel, writer, by, user, "locked")

        self._kernel.storage.write(by.tenant, work)
        return Refused("sign_in_wrong")

    def _begin(
        self, by: Actor, known: Known, full_until: str, event: sign_in_log.Event
    ) -> tuple[str, Actor, str]:
        def work(writer: Writer) -> tuple[str, str]:
            self._tries.forget(writer, known.user, _place(by))
            name, sent = known.token_name, event == "signed_in"
            sign_in_log.note(self._kernel, writer, by, known.user, event, name, sent=sent)
            token, row = self.sessions.begin(writer, by, known, full_until)
            return token, row["until"]

        token, until = self._kernel.storage.write(by.tenant, work)
        return token, self.sessions.actor(by, token), until

    # -- a site: with the cloud -------------------------------------------------------------------

    def _asked(self, by: Actor, what: Shown) -> Known | None:
        """Ask the cloud, and keep its answer for the time without it; None when it cannot be asked.

        Raises:
            Refused: ``sign_in_wrong``, ``sign_in_locked``.
        """
        if not self._kernel.online:
            return None
        body = {"user": what.user, "secret": what.secret, "token_name": what.token_name}
        try:
            found = self.hand_on(by, "sign_in", body)
        except (LinkError, StorageBusy):
            # Busy: also when others spoil the company's rate. What was granted is looked at here.
            return None
        except Refused as refused:
            if refused.code == "sign_in_wrong":
                raise self._wrong(by, what.user, sent=True) from refused
            raise
        known = Known(**{name: str(found[name]) for name in Known.__dataclass_fields__})
        row = {
            "user": known.user,
            "token_name": known.token_name,
            "verifier": known.verifier,
            "since": known.since,
            "granted_at": instant_text(self._kernel.clock.now()),
            "until": known.until,
        }

        def keep(writer: Writer) -> None:
            writer.state(GRANTS).put(self._seals.sealed(GRANTS, row))

        self._kernel.storage.write(by.tenant, keep)
        self._have_user(by, known)
        return known

    def _have_user(self, by: Actor, known: Known) -> None:
        """Take what is new from the cloud when this user or his token is, so that his rights are here."""
        kernel = self._kernel
        now = instant_text(kernel.clock.now())

        def there(view: View) -> bool:
            user = view.by_code(USER_TYPE, known.user)
            return user is not None and is_good(user.data, known.since, known.token_name, now)

        if kernel.site is not None and not kernel.read(by, there):
            try:
                kernel.site.pull()
            except LiensoError as error:  # He has to wait for the next pull.
                log.warning("the pull after the first sign-in of a user failed: %s", error)

    def hand_on(self, by: Actor, id: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Have the cloud do what a site cannot. Raises: what it answers; OfflineRefused, LinkError."""
        kernel = self._kernel
        assert kernel.site is not None, "a site has its synchronisation"
        if not kernel.online:
            raise offline_refusal(kernel, f"account.{id}", {})
        request = CallRequest("account", id, params, kernel.ids.new(), by.user, by.workstation)
        result: Mapping[str, Any] = kernel.site.call(request).result
        return result

    def send_log(self, by: Actor) -> None:
        """Send what a site's log has and the cloud has not. Raises: LiensoError: it goes another time."""
        rows = self._kernel.storage.read(by.tenant, sign_in_log.unsent)
        if rows:
            self.hand_on(by, "log", {"log": rows})
            self._kernel.storage.write(by.tenant, lambda w: sign_in_log.note_sent(w, rows))

    # -- a site: alone ----------------------------------------------------------------------------

    def _granted(self, by: Actor, what: Shown) -> Mapping[str, Any]:
        """Look at it here, by what the cloud gave earlier.

        Raises:
            Refused: ``sign_in_online_first``: nothing was given, it was tampered with, or the password
                or token is another since; ``sign_in_wrong``.
        """
        row = self._kernel.read(by, lambda view: self._grant(view, what))
        if row is None:
            raise Refused("sign_in_online_first", {"user": what.user})
        if what.token_name:
            good = hmac.compare_digest(row["verifier"], hash_of(what.secret))
        else:
            good = self.credentials.passwords.fits(what.secret, row["verifier"])
        if not good:
            raise self._wrong(by, what.user)
        return row

    def _grant(self, view: View, what: Shown) -> Mapping[str, Any] | None:
        user = view.by_code(USER_TYPE, what.user)
        if user is None:
            return None
        row = view.stored.state(GRANTS).get(user.data.code, what.token_name)
        if row is None or not self._seals.holds(GRANTS, row):
            return None
        now = instant_text(view.now)
        return row if is_good(user.data, row["since"], what.token_name, now) else None

    def override(self, by: Actor, user: str, supervisor: str, password: str, reason: str) -> str:
        """Let a user whose grant is over work on here, because a supervisor answers for it.

        It needs no cloud, and is refused where that can be asked: then the user signs in anew.

        Args:
            by: the caller's line, with the workstation that he says he is at.
            supervisor: another user, who signed in here with the cloud once, however long ago, and
                has the right to edit this user.
        Returns:
            The UTC instant until when, `OVERRIDE` from now.
        Raises:
            Refused: ``only_at_a_site``, ``field_required``; of the supervisor ``sign_in_wrong``,
                ``sign_in_locked``, ``no_permission``; of either ``sign_in_online_first``;
                ``override_by_another``, ``override_not_needed``. StorageBusy: ``rate_limited``.
        """
        kernel = self._kernel
        if kernel.role != "site":
            raise Refused("only_at_a_site")
        if not reason.strip():
            raise Refused("field_required", {"field": "reason"})
        what = self._admitted(by, Shown(supervisor, password))
        signs = str(self._granted(by, what)["user"])
        now = kernel.clock.now()
        at, until = instant_text(now), instant_text(now + OVERRIDE)
        rows = kernel.read(by, lambda view: self._to_override(view, by, user, signs, at))

        def work(writer: Writer) -> None:
            self._tries.forget(writer, signs, _place(by))
            for row in rows:
                longer = {**row, "granted_at": at, "until": until}
                writer.state(GRANTS).put(self._seals.sealed(GRANTS, longer))
            self.sessions.lengthen(writer, rows[0]["user"], until)
            detail = f"{signs}: {reason.strip()}"
            sign_in_log.note(kernel, writer, by, rows[0]["user"], "overridden", detail)

        kernel.storage.write(by.tenant, work)
        return until

    def _to_override(
        self, view: View, by: Actor, user: str, signs: str, at: str
    ) -> list[dict[str, Any]]:
        """Return the grants of a user that are over. Raises: Refused."""
        found = view.by_code(USER_TYPE, user)
        if found is None:
            raise Refused("sign_in_online_first", {"user": user})
        if found.data.code == signs:
            raise Refused("override_by_another", {"user": signs})
        supervisor = replace(by, user=signs, trusted=False, read_only=False)
        rights.require_on(self._kernel, supervisor, view, "edit", found)
        rows = [
            row
            for row in view.stored.state(GRANTS).scan(equals={"user": found.data.code})
            if self._seals.holds(GRANTS, row)
            and is_good(found.data, row["since"], row["token_name"], at)
        ]
        if not rows:
            raise Refused("sign_in_online_first", {"user": user})
        over = [row for row in rows if not row["granted_at"] <= at <= row["until"]]
        if self._kernel.online or not over:
            raise Refused("override_not_needed", {"user": user})
        return over

    # -- passwords and tokens ---------------------------------------------------------------------

    def change_password(self, by: Actor, old: str, new: str) -> None:
        """Give the signed-in user another password; at a site the cloud does it.

        Raises:
            Refused: ``sign_in_wrong``, ``password_weak``. OfflineRefused, LinkError.
        """
        if self._kernel.role == "site":
            self.hand_on(by, "change_password", {"old": old, "new": new})
            return
        what = self._admitted(by, Shown(by.user, old))
        self._looked(by, what)
        self.credentials.set_password(by, by.user, new, own=True)

    def set_password(self, by: Actor, user: str, password: str) -> None:
        """Give a user a password; needs the right to edit him. Raises: Unknown, Refused, LinkError."""
        if self._kernel.role == "site":
            self.hand_on(by, "set_password", {"user": user, "password": password})
            return
        self.credentials.set_password(by, user, password)

    def create_token(self, by: Actor, user: str, name: str, days: int) -> str:
        """Make a token for a program. Raises: as `Credentials.create_token`; LinkError."""
        if self._kernel.role == "site":
            params = {"user": user, "name": name, "days": days}
            return str(self.hand_on(by, "create_token", params)["token"])
        return self.credentials.create_token(by, user, name, days)

    def revoke_token(self, by: Actor, user: str, name: str) -> None:
        """Take a token away. Raises: as `Credentials.revoke_token`; LinkError."""
        if self._kernel.role == "site":
            self.hand_on(by, "revoke_token", {"user": user, "name": name})
            return
        self.credentials.revoke_token(by, user, name)

    # -- the cloud, for a site ----------------------------------------------------------------------

    def answer(self, by: Actor, id: str, params: Mapping[str, Any]) -> Answer:
        """Do for a site what it handed on; ``by`` is its user, as the site says.

        Raises:
            Unknown: ``not_found``: no such thing. Refused: what it refuses.
        """
        if id == "sign_in":
            return self._signed_in_at(by, params)
        if id == "log":
            rows = params.get("log")
            self._kernel.storage.write(by.tenant, lambda w: sign_in_log.take(w, by.site, rows))
            return {}
        if id == "save":
            return editing.save_for(self._kernel, by, params)
        text = {
            name: str(params.get(name, "")) for name in ("user", "name", "old", "new", "password")
        }
        if id == "change_password":
            self.change_password(by, text["old"], text["new"])
        elif id == "set_password":
            self.set_password(by, text["user"], text["password"])
        elif id == "create_token":
            days = params.get("days")
            number = days if isinstance(days, int) else 0
            return {"token": self.create_token(by, text["user"], text["name"], number)}
        elif id == "revoke_token":
            self.revoke_token(by, text["user"], text["name"])
        else:
            raise Unknown("not_found", {"type": "account", "value": id})
        return {}

    def _signed_in_at(self, by: Actor, params: Mapping[str, Any]) -> Answer:
        text = {name: str(params.get(name, "")) for name in ("user", "secret", "token_name")}
        what = self._admitted(by, Shown(**text))
        known = self._looked(by, what)

        def work(writer: Writer) -> None:
            self._tries.forget(writer, known.user, _place(by))
            at = instant_text(self._kernel.clock.now())
            row = {"user": known.user, "site_id": by.site, "granted_at": at, "until": known.until}
            writer.state("site_user").put(row)
            name = known.token_name
            sign_in_log.note(self._kernel, writer, by, known.user, "signed_in", name)

        self._kernel.storage.write(by.tenant, work)
        return {name: getattr(known, name) for name in Known.__dataclass_fields__}


def at_workstation(by: Actor, workstation: str) -> Actor:
    """Return the caller at the workstation that he says he is at, cut to what is kept."""
    return replace(by, workstation=workstation[: sign_in_log.TEXT_MAX])


def _place(by: Actor) -> str:
    """Return where tries are counted: the workstation, in the cloud behind its site."""
    return f"{by.site}/{by.workstation}" if by.site else by.workstation
