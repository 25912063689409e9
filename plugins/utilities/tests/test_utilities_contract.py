"""What every module must do."""

from __future__ import annotations

from lienso.testing import ModuleContract

DAYS = {"from_date": "2026-01-01", "to_date": "2026-01-31"}


class TestUtilities(ModuleContract):
    name = "utilities"
    params = {
        "utilities.view_report": {"report": "S06-DN", "params": DAYS},
        "utilities.set_up_statements": {"template": "B01-DN", "restore_default": True},
        "utilities.check_books": DAYS,
        "utilities.batch_post": DAYS,
        "utilities.batch_unpost": DAYS,
        "utilities.maintain_data": DAYS,
        "utilities.import_data": {"source": "rows", "target": "journal", "rows": []},
        "utilities.import_spec_codes": {"rows": []},
        "utilities.import_excel": {"sheet": "journal", "rows": []},
    }
