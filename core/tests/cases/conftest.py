"""What the tests of this folder share."""

from __future__ import annotations

import pytest
from lienso.testing.case_world import World

from .toy import (
    module,
)


@pytest.fixture(scope="module")
def world() -> World:
    return World(plugins={"toy": module()})
