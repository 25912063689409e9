"""A program that saves a customer and reads the trial balance: python client_example.py URL TOKEN"""

from __future__ import annotations

import sys

from lienso import client


def main(url: str, token: str) -> None:
    """Save, read back, and run a report over the API."""
    with client.connect(url, token) as cloud:
        saved = cloud.save(
            {"code": "KH100", "name": "Công ty Hòa Bình", "is_customer": True}, type="object"
        )
        again = cloud.get("object", saved.record.id)
        sys.stdout.write(f"{again.data['code']} {again.data['name']}\n")
        period = {"from_date": "2026-01-01", "to_date": "2026-12-31"}
        table = cloud.report("general_ledger.trial_balance", period)
        sys.stdout.write(f"{table.title.vi}: {len(table.rows)} rows\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
