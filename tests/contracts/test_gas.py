"""The gas table: exact figures of whole transactions, kept in contracts/gas.json.

A figure is the gas used by the transaction, with its calldata and the 21,000 that every transaction pays,
divided by the entries in it. `python tests/gas_table.py` writes the table anew.
"""

import json
from pathlib import Path

from gas_table import BUNDLE, measure

TABLE = Path(__file__).parents[2] / "contracts" / "gas.json"
LIMIT = 13_000


def test_the_table_says_what_the_contracts_cost():
    assert json.loads(TABLE.read_text(encoding="utf-8")) == measure()


def test_an_entry_on_an_existing_lot_in_a_submission_of_100_costs_at_most_13_000_gas():
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    assert table["entries in a submission"] == BUNDLE == 100
    assert table["gas per entry"]["existing lots, record"] <= LIMIT
    assert table["gas per entry"]["existing lots, recordMany"] <= LIMIT
    assert table["gas per entry"]["existing lots, counterparty named, recordMany"] <= LIMIT
