"""Commands that only ask a gateway start without the chain's libraries, which take seconds to import."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = ("suyuan.adapters", "suyuan.bootstrap", "web3", "eth_account", "eth_abi", "requests", "sqlalchemy")
RUN = f"""
import sys
from suyuan.cli.app import app
try:
    app(sys.argv[1:])
except SystemExit:
    pass
found = [name for name in sys.modules if name.startswith({HEAVY!r})]
sys.exit(" ".join(found) or 0)
"""


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["lot", "09506000134352/ABC"], ["trace", "09506000134352/ABC"], ["party", "list"]],
    ids=" ".join,
)
def test_a_command_that_asks_the_gateway_loads_nothing_of_the_chain(arguments, tmp_path):
    environment = {**os.environ, "SUYUAN_PUBLIC_URL": "http://127.0.0.1:1", "SUYUAN_DATA_DIR": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
