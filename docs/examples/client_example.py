"""Enter a receipt, post it, read the books: python client_example.py grpc:127.0.0.1:7443 TOKEN"""

import datetime
import sys

from lienso.client import connect
from lienso.errors import LiensoError, Refused


def main(url: str, token: str) -> None:
    """Do an accountant's first five minutes."""
    with connect(url, token) as client:
        customer = {"code": "KH100", "name": "Công ty Hòa Bình", "is_customer": True}
        try:
            client.save(customer, type="object")
        except Refused as refused:
            if refused.code != "code_exists":  # a second run finds him there
                raise
        found = client.get("object", "KH100")
        sys.stdout.write(f"{found.data['code']} {found.data['name']}\n")

        today = datetime.date.today()
        line = {"line": 1, "debit": "1111", "credit": "131", "amount": 5_000_000, "object": "KH100"}
        receipt = {
            "posting_date": today.isoformat(),
            "object": "KH100",
            "kind": "customer",
            "description": "Thu tiền hàng",
            "lines": [line],
        }
        # The request id makes a repeated call harmless, e.g. after a broken line.
        saved = client.save(receipt, type="cash_receipt", request_id="example-1")
        number = saved.record.data["no"]

        try:
            client.invoke("system.post_voucher", {"voucher": number})
        except LiensoError as refused:
            if refused.code != "already_posted":
                raise

        period = {"from_date": f"{today.year}-01-01", "to_date": today.isoformat()}
        table = client.report("general_ledger.trial_balance", period)
        sys.stdout.write(f"{number} is posted. {table.title.vi}:\n")
        for row in table.rows:
            sys.stdout.write("  ".join("" if cell is None else str(cell) for cell in row) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
