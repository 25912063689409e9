"""What every test of the workspace has, and every plugin's alone (`tests/alone.py` runs them from here)."""

from __future__ import annotations

from hypothesis import settings

# An example takes as long as the machine is slow: a limit of seconds would fail what is right.
settings.register_profile("lienso", deadline=None)
settings.load_profile("lienso")
