"""Checks a bundle against the chain alone; public and pure, to be read and run by people who do not trust us.

`verify_bundle(data, trust, rpc)` gives a Report. Imports only the kernel and an HTTP client: no database, no
journal, nothing that wrote the bundle.
"""

from suyuan.verify.asked import lot_of_address
from suyuan.verify.report import Check, Outcome, Report
from suyuan.verify.rpc import HttpRpc, NodeRefused, Rpc, Unreachable
from suyuan.verify.trust import Trust, TrustMissing
from suyuan.verify.verifier import verify_bundle

__all__ = [
    "Check",
    "HttpRpc",
    "NodeRefused",
    "Outcome",
    "Report",
    "Rpc",
    "Trust",
    "TrustMissing",
    "Unreachable",
    "lot_of_address",
    "verify_bundle",
]
