#!/bin/sh
set -e
uv pip install --no-deps --editable .
lienso plugins --check
python -m pytest -W error tests
lienso cases run tests/cases/acme_loans.json
