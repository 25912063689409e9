"""What a site offers to a restored cloud while modules are missing or older, here or there."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.errors import LinkError
from lienso.sync.cloud_service import CloudService


def test_a_module_that_comes_back_amid_an_offer_leaves_nothing_out(
    places: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, site = places(1, 1)
    restore = head.backup()
    thing, paper = site.save("thing", code="A"), site.save("paper", mark="m")
    site.site.push()
    restore()

    def cut(*_request: Any) -> Any:
        raise LinkError

    with monkeypatch.context() as broken:
        broken.setattr(CloudService, "re_offer", cut)
        with pytest.raises(LinkError):
            site.upgrade(0)
    site.upgrade(1)

    assert head.stored(thing).version == 1
    assert head.stored(paper).version == 1
    assert site.verdicts() == []


@pytest.mark.parametrize("version", [0, 1])
def test_what_a_cloud_does_not_take_back_and_this_site_cannot_read_is_listed_and_goes_later(
    places: Any, version: int
) -> None:
    head, site, other = places(2, version, 2)
    restore = head.backup()
    thing = other.save("thing", code="A", phones=["1", "2"])
    other.site.push()
    site.site.pull()
    assert site.site.aside()["opaque"] == 1
    restore()
    head.upgrade(1)
    site.upgrade(version)
    site.site.push()

    assert site.verdicts() == ["SCHEMA_TOO_NEW"]
    assert (site.rows("opaque"), head.stored(thing)) == ([], None)

    head.upgrade(2)
    site.upgrade(2)
    assert site.data(thing).phones == ["1", "2"]
    site.site.push()
    assert head.data(thing).phones == ["1", "2"]
    assert (site.verdicts(), site.rows("record_local")) == ([], [])
