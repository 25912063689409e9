"""A cloud that was never restored."""

from __future__ import annotations

import pytest
from lienso.errors import Fenced, Refused
from lienso.sync.messages import ReOfferRequest, Session

from .caller import Caller
from .world import World


def test_a_cloud_that_was_never_restored_takes_nothing_back(head: World) -> None:
    caller = Caller(head)
    caller.hello()
    assert caller.session is not None

    with pytest.raises(Refused) as refused:
        caller.service.re_offer(caller.by, ReOfferRequest(caller.session, ()))
    assert refused.value.code == "not_restored"

    stale = Session("khác", 1, caller.session.history_id)
    with pytest.raises(Fenced):
        caller.service.re_offer(caller.by, ReOfferRequest(stale, ()))
