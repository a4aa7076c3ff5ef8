"""The window to an EVM chain: one node behind `anchoring.ports.Chain`, calls to our contracts, the key that
pays, deployment, and the local demonstration node. Nothing else in the house knows web3.
"""

import sys

_limit = sys.getrecursionlimit()

# py_ecc, which web3 brings, raises Python's recursion limit to 100,000. That is more than the C stack holds:
# one deeply nested JSON body would then end the process instead of raising RecursionError.
import web3  # noqa: E402, F401 - imported for what it does to the limit

sys.setrecursionlimit(_limit)
