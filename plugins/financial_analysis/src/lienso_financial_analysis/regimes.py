"""The lines of Circular 200 in the statements of the other regimes (spec §4 rule 6)."""

from __future__ import annotations

from collections.abc import Mapping

FORMS: Mapping[str, Mapping[str, str]] = {
    "TT200": {"B": "B01-DN", "I": "B02-DN", "C": "B03-DN/indirect"},
    "TT99": {"B": "B01-DN", "I": "B02-DN", "C": "B03-DN/indirect"},
    "TT133": {"B": "B01a-DNN", "I": "B02-DNN", "C": "B03-DNN/indirect"},
}
"""Letter of a formula → form of the regime."""

CODES: Mapping[str, Mapping[str, str]] = {
    "TT99": {"B270": "280", "I21": "22", "I22": "23", "I23": "24"},
    "TT133": {
        "B270": "200",
        "B440": "500",
        "B220": "150",
        "C02": "03",
    },
}
"""Line of Circular 200 → code there; what is not named has the same code."""

ABSENT: Mapping[str, frozenset[str]] = {
    # By liquidity: there is no current and non-current part.
    "TT133": frozenset({"B100", "B310", "B200", "B330", "I70"}),
}
"""Lines that a regime has not: what is made of them is null with ``not_in_regime``."""

WITHOUT: Mapping[str, frozenset[str]] = {"TT133": frozenset({"B211", "B210"})}
"""Non-current parts whose whole stands on the other line of the pair in that regime: they count 0."""

BASES: Mapping[str, Mapping[str, str]] = {
    "TT200": {"B": "270", "I": "10"},
    "TT99": {"B": "280", "I": "10"},
    "TT133": {"B": "200", "I": "10"},
}
"""What shares of a statement are taken of."""
