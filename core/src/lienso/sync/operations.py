"""What a site runs in the cloud: functions, reports and figures; and what is kept from there."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import PASSING, LiensoError, Unknown
from ..high_water import beside
from ..ids import instant_text
from . import figures, site_log
from .leases import Renewing
from .messages import CallReply, CallRequest, OperationRequest
from .site_exchange import SiteExchange

if TYPE_CHECKING:
    from ..session import Progress
    from ..transaction import Transaction

log = logging.getLogger("lienso.sync")


class SiteCalls(SiteExchange):
    """Calls over the line, and the figures and numbers that are kept for offline work.

    Attributes:
        high_water: the numbers given here, beside the store; None where that is in no file.
    """

    def _begin(self) -> None:
        super()._begin()
        self.high_water = beside(self._kernel.settings.storage)
        self.start_above()

    def start_above(self) -> None:
        """Let the company's numbers go on above those that were given, when its store is older."""
        storage = self._kernel.storage
        if self.high_water is not None and storage.tenants().get(self._by.tenant) is not None:
            self.high_water.start_above(storage, self._by.tenant)

    def note(self, tenant: str, transaction: Transaction) -> None:
        """Keep outside the store what it must not lose when it is set back: numbers, unsent changes."""
        if self.high_water is not None:
            self.high_water.note(tenant, transaction.view.given)
        self.note_copies(transaction)

    @abstractmethod
    def pull(self) -> object:
        """Take everything new from the cloud."""

    def call(self, request: CallRequest, progress: Progress | None = None) -> CallReply:
        """Run something in the cloud; what it changed is here before the answer is shown.

        Args:
            progress: told (done, total, text) of a function that takes long.
        Raises:
            LinkError: it is unknown whether it ran. LiensoError: what the cloud answers.
        """
        reply = self.ask(lambda: self._link.call(request))
        while reply.underway is not None:
            if progress is not None:
                progress(reply.underway.done, reply.underway.total, reply.underway.text)
            reply = self._asked_again(request)
        if request.kind == "invoke" and reply.head > self._read(site_log.cursor):
            try:
                self.pull()
            except LiensoError as error:  # It ran: its answer is shown, its records come later.
                log.warning("the pull after %s failed: %s", request.id, error)
        return reply

    def _asked_again(self, request: CallRequest) -> CallReply:
        try:
            return self.ask(lambda: self._link.get_operation(OperationRequest(request.call_id)))
        except Unknown as unknown:
            if unknown.code != "operation_unknown":
                raise
            # The cloud was started anew: by its call id the function has one effect.
            return self.ask(lambda: self._link.call(request))

    def cancel(self, call_id: str) -> bool:
        """Cancel a function that this site has under way in the cloud; False when it ended already.

        Raises:
            Unknown: ``operation_unknown``. LinkError: it is unknown whether it was cancelled.
        """
        return self.ask(lambda: self._link.cancel_operation(OperationRequest(call_id))).cancelled

    def read_figure(self, request: CallRequest) -> Any:
        """Read a figure in the cloud, and keep it for offline work where it is declared so.

        Raises:
            LinkError: the line broke. LiensoError: what the cloud answers.
        """
        value = self.call(request).result
        if self._kernel.registry.figure(request.id).offline == "last_online":
            at = instant_text(self._kernel.clock.now())
            self._write(lambda writer: figures.keep(writer, request.id, request.params, value, at))
        return value

    def kept_figure(self, figure: str, params: Mapping[str, Any]) -> tuple[Any, str | None]:
        """Return the last online value and its time; (None, None) when it was never read."""
        at = instant_text(self._kernel.clock.now())
        return self._write(lambda writer: figures.kept(writer, figure, params, at))

    def _refresh_figures(self) -> None:
        """Read what is kept and in use again, so that it is as new as the records beside it."""
        since = instant_text(self._kernel.clock.now() - figures.IN_USE)
        for id, params in self._read(lambda view: figures.in_use(view, since)):
            if id not in self._kernel.registry.figures:
                continue  # Its module is gone.
            request = CallRequest("figure", id, params, self._kernel.ids.new(), self._by.user)
            try:
                value = self.call(request).result
            except LiensoError as error:
                self._warn(f"the figure {id} keeps its older value", error)
                if isinstance(error, PASSING):
                    return
                continue
            at = instant_text(self._kernel.clock.now())
            self._write(partial(figures.renew, figure=id, params=params, value=value, at=at))

    def _refresh(self) -> None:
        """After a pull: figures as new as the records beside them, numbers in hand, the log of sign-ins."""
        self._refresh_figures()
        self._renew_leases()
        try:
            self._kernel.accounts.send_log(self._by)
        except LiensoError as error:
            self._warn("the log of sign-ins is not sent", error)

    def _renew_leases(self) -> None:
        """Ask for numbers before those that were given run out."""
        if not self.online_capable:
            return
        try:
            Renewing(self._kernel, self._by, self._link, self.in_session).run()
        except LiensoError as error:
            self._warn("leases are not renewed", error)

    def _warn(self, what: str, error: LiensoError) -> None:
        if (
            not self._stopping
        ):  # What is cut off by the end of this process goes on at the next one.
            log.warning("%s: %s", what, error)
