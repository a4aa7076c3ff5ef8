"""The measures of goals.md that this version can take, each beside its limit in the same run.

    python tests/bench/measure.py [--rounds N] [--size N] [--quick] [--only MEASURE ...]

Rounds of work and limit are interleaved; figures are medians. Writes docs/performance.md, unless `--only`
chose some measures.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import httpx

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from bench.documents import PARTY, document, lots_of  # noqa: E402 - after the path is known
from bench.eas import attestation_gas  # noqa: E402
from bench.load import Call, rate  # noqa: E402
from bench.report import Row, write  # noqa: E402
from bench.uploading import upload  # noqa: E402
from stories.running import RunningSystem, free_port  # noqa: E402

PEERS = ROOT / "tests/bench/peers"
#: The embedded node makes a block this often while records wait.
BLOCK_SECONDS = 0.2
#: Requests of one round from which on the upload is measured in full.
WHOLE = 1000
MEASURES = (
    "gas",
    "time_to_chain",
    "pages",
    "submissions_single",
    "submissions_of_hundred",
    "throughput_to_final",
    "upload",
)


class Bench:
    """A running system, a control server beside it, and the results."""

    def __init__(self, folder: Path, rounds: int, size: int) -> None:
        self.rounds = rounds
        self.size = size
        self.folder = folder
        self.system = RunningSystem(folder / "data", free_port())
        self.system.data.mkdir()
        self.system.up("--empty")
        operator = json.loads((self.system.data / "operator.json").read_text())
        self.headers = (
            ("Authorization", f"Bearer {operator['token']}"),
            ("Content-Type", "application/json"),
        )
        self.http = httpx.Client(
            base_url=self.system.url, headers=dict(self.headers), timeout=120, trust_env=False
        )
        body = {"names": {"en": "Bench"}, "identifiers": [PARTY], "roles": ["producer", "warehouse"]}
        self.http.post("/api/v1/parties", json=body).raise_for_status()
        self.control_port = free_port()
        self.control = subprocess.Popen(
            [sys.executable, str(ROOT / "tests/bench/control_server.py"), str(self.control_port)]
        )
        self._wait_for_control()
        self.rows: list[Row] = []

    def _wait_for_control(self) -> None:
        for _ in range(200):
            try:
                httpx.get(f"http://127.0.0.1:{self.control_port}/hello", trust_env=False)
            except httpx.HTTPError:
                time.sleep(0.1)
            else:
                return

    def close(self) -> None:
        self.control.terminate()
        self.control.wait()
        self.system.down()

    def submission(self, content: bytes) -> Call:
        url = f"{self.system.url}/api/v1/submissions?as={quote(PARTY, safe='')}"
        return Call("POST", url, content, self.headers)

    def row(self, name: str, figure: str, limit: str = "", goal: str = "", met: bool | None = None) -> None:
        row = Row(name, figure, limit, goal, met)
        print(row.line(), flush=True)
        self.rows.append(row)

    def submissions_single(self) -> None:
        """P1."""
        ours, control = [], []
        there = f"http://127.0.0.1:{self.control_port}/submissions"
        for _ in range(self.rounds):
            ours.append(rate(lambda _n: self.submission(document(1)), self.size))
            control.append(rate(lambda _n: Call("POST", there, document(1)), self.size))
            self._drain()
        mine, limit = statistics.median(ours), statistics.median(control)
        self.row(
            "P1 durable single-event submissions over HTTP, 64 connections",
            f"{mine:.0f}/s",
            f"{limit:.0f}/s the same POST without a database; ratio {mine / limit:.2f}",
            "≥ 0.55×",
            mine >= 0.55 * limit,
        )

    def submissions_of_hundred(self) -> None:
        """P2, beside an event store in process, which is as durable."""
        ours, control = [], []
        count = max(self.size // 20, 10)
        for number in range(self.rounds):
            ours.append(100 * rate(lambda _n: self.submission(document(100)), count, 8))
            control.append(_recorder(self.folder / f"recorder{number}.db", count))
            self._drain()
        mine, limit = statistics.median(ours), statistics.median(control)
        self.row(
            "P2 durable events, 100 per POST",
            f"{mine:.0f}/s",
            f"{limit:.0f}/s eventsourcing recorder on SQLite, 100 per commit; ratio {mine / limit:.2f}",
            "≥ 0.9×",
            mine >= 0.9 * limit,
        )

    def time_to_chain(self, events_per_second: int = 100, seconds: int = 10) -> None:
        """P8: from the acknowledgement to a mined entry."""
        sent: dict[str, float] = {}
        waits: list[float] = []
        per_call = events_per_second // 10
        began = time.monotonic()
        for tick in range(seconds * 10):
            time.sleep(max(0.0, began + tick / 10 - time.monotonic()))
            answer = self.http.post("/api/v1/submissions", params={"as": PARTY}, content=document(per_call))
            sent[answer.json()["id"]] = time.monotonic()
            self._collect(sent, waits)
        while sent and time.monotonic() - began < 120:
            self._collect(sent, waits)
            time.sleep(0.02)
        waits.sort()
        figure = f"p50 {statistics.median(waits):.2f} s, p95 {waits[int(len(waits) * 0.95)]:.2f} s"
        self.row(
            f"P8 acknowledged to mined at {events_per_second} events/s",
            figure,
            f"the embedded node makes a block each {BLOCK_SECONDS} s while records wait",
            "p50 ≤ block time + 1 s",
            statistics.median(waits) <= BLOCK_SECONDS + 1,
        )

    def _collect(self, sent: dict[str, float], waits: list[float]) -> None:
        for identifier in list(sent)[:2]:
            state = self.http.get(f"/api/v1/submissions/{identifier}").json()["state"]
            if state in ("mined", "final"):
                waits.append(time.monotonic() - sent.pop(identifier))

    def pages(self) -> None:
        """P9, warm."""
        content = document(1)
        self.http.post("/api/v1/submissions", params={"as": PARTY}, content=content).raise_for_status()
        self._drain()
        path = self.http.get(f"/api/v1/lots/{quote(lots_of(content)[0], safe='')}").json()["page"]
        ours, control = [], []
        page = Call("GET", self.system.url + path, b"", (("Accept", "text/html"),))
        hello = Call("GET", f"http://127.0.0.1:{self.control_port}/hello")
        for _ in range(self.rounds):
            ours.append(rate(lambda _n: page, self.size))
            control.append(rate(lambda _n: hello, self.size))
        mine, limit = statistics.median(ours), statistics.median(control)
        self.row(
            "P9 lot page, warm",
            f"{mine:.0f}/s",
            f"{limit:.0f}/s a fixed hello route of the same framework; ratio {mine / limit:.2f}",
            "≥ 0.5×",
            mine >= 0.5 * limit,
        )

    def gas(self) -> None:
        """P6, from the receipts of real transactions on the embedded node."""
        first = document(100)
        new = self._gas_of(first)
        mine = self._gas_of(document(100, lots=lots_of(first)))
        limit = attestation_gas(self._rpc())
        beside = f"{limit} EAS attest, 64 bytes of data, on the same node; ratio 1/"
        self.row("gas, entry that opens a lot, submission of 100", f"{new:.0f}", f"{beside}{limit / new:.1f}")
        self.row(
            "P6 gas, entry on an existing lot, submission of 100",
            f"{mine:.0f}",
            f"{beside}{limit / mine:.1f}",
            "≤ 14,000 and ≤ 1/14",
            mine <= 14_000 and mine <= limit / 14,
        )

    def _rpc(self) -> str:
        return json.loads((self.system.data / "run.json").read_text())["chain_rpc"]

    def _gas_of(self, content: bytes) -> float:
        self._drain()
        answer = self.http.post("/api/v1/submissions", params={"as": PARTY}, content=content).json()
        self._drain()
        shown = self.http.get(f"/api/v1/submissions/{answer['id']}").json()
        question = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "eth_getTransactionReceipt",
            "params": [shown["transaction"]],
        }
        receipt = httpx.post(self._rpc(), json=question, trust_env=False).json()["result"]
        return int(receipt["gasUsed"], 16) / shown["entries"]

    def throughput_to_final(self) -> None:
        """Events per second from the first POST until the last entry is final."""
        self._drain()
        began = time.monotonic()
        count = max(self.size // 20, 10)
        rate(lambda _n: self.submission(document(100)), count, 8)
        self._drain()
        figure = 100 * count / (time.monotonic() - began)
        self.row("events per second to finality, embedded node", f"{figure:.0f}/s")

    def upload(self) -> None:
        """A workbook from the first byte to the receipt, with all processes at work beside it; a tenth of it
        in short rounds, which says nothing of the goal.
        """
        rows = 100_000 if self.size >= WHOLE else 10_000
        self._drain()
        found = upload(self.http, self.system.data, PARTY, rows)
        self.row(
            f"{rows:,} rows of a workbook, upload to receipt",
            f"{found.seconds:.1f} s, clerk's peak {found.peak_mb:.0f} MB ({found.steps})",
            f"{found.cpu:.0f} s of a core by the clerk; progress was shown {found.looks} times",
            "≤ 60 s and ≤ 500 MB for 100,000 rows",
            found.seconds <= 60 and found.peak_mb <= 500 if rows == 100_000 else None,
        )

    def _drain(self) -> None:
        """Wait until nothing is under way."""
        while True:
            text = self.http.get("/metrics").text
            waiting = sum(
                float(line.rpartition(" ")[2])
                for line in text.splitlines()
                if line.startswith("suyuan_operations{")
                and 'state="final"' not in line
                and "rejected" not in line
            )
            if waiting == 0:
                return
            time.sleep(0.1)


def _recorder(path: Path, commits: int) -> float:
    """Events per second of the eventsourcing recorder, each with the bytes of one event of ours."""
    event = json.loads(document(1))["epcisBody"]["eventList"][0]
    done = subprocess.run(
        [PEERS / ".venv/bin/python", PEERS / "recorder.py", path, str(commits)],
        input=json.dumps(event).encode(),
        capture_output=True,
        check=True,
    )
    return float(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", type=int, default=2000, help="requests in one round")
    parser.add_argument("--quick", action="store_true", help="2 rounds of 200 requests: under two minutes")
    parser.add_argument("--only", nargs="+", choices=MEASURES, metavar="MEASURE", help=", ".join(MEASURES))
    chosen = parser.parse_args()
    rounds, size = (2, 200) if chosen.quick else (chosen.rounds, chosen.size)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), rounds, size)
        try:
            for name in chosen.only or MEASURES:
                getattr(bench, name)()
        finally:
            bench.close()
    if not chosen.only:
        write(bench.rows, rounds, size)


if __name__ == "__main__":
    main()
