"""A hundred thousand harvests in a workbook, on their way to a receipt."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import xlsxwriter

GTIN = "09520718000013"
SITE = "https://id.gs1.org/414/9520718001904"
HEADINGS = ("product", "lot", "quantity", "unit", "site", "date", "origin")
STILL = ("valid", "submitted", "needs_fixes", "needs_mapping", "refused")


@dataclass(frozen=True)
class Uploaded:
    """`cpu`: seconds of a core that the clerk took; `steps`: seconds by state; `looks`: answers that showed
    another progress than the one before.
    """

    seconds: float
    peak_mb: float
    cpu: float
    steps: str
    looks: int


def workbook(rows: int) -> bytes:
    """Harvests of a new lot each."""
    out = BytesIO()
    lot = f"B{time.time_ns() % 10**9}-"
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("harvest")
        sheet.write_row(0, 0, HEADINGS)
        for row in range(1, rows + 1):
            sheet.write_row(row, 0, (GTIN, f"{lot}{row}", "12.5", "KGM", SITE[-13:], day, "江苏无锡"))
    return out.getvalue()


@dataclass
class _Watch:
    """Looks at a draft twice a second."""

    http: httpx.Client
    where: str
    seen: list[tuple[str, float]] = field(default_factory=list)
    looks: int = 0
    last: tuple[str, int] | None = None

    def until_still(self) -> dict[str, Any]:
        """The draft once a person, or nobody, has the word."""
        while True:
            draft = self.http.get(self.where).raise_for_status().json()
            shown = draft["state"], draft["progress"]["done"]
            if not self.seen or self.seen[-1][0] != draft["state"]:
                self.seen.append((draft["state"], time.monotonic()))
            if shown != self.last:
                self.last, self.looks = shown, self.looks + 1
            if draft["state"] in STILL:
                return draft
            time.sleep(0.5)

    def post(self, path: str, body: dict[str, Any]) -> None:
        self.http.post(f"{self.where}/{path}", json=body).raise_for_status()

    @property
    def steps(self) -> str:
        times = [at for _, at in self.seen[1:]] + [time.monotonic()]
        spent = [(state, after - at) for (state, at), after in zip(self.seen, times, strict=True)]
        return ", ".join(f"{state} {seconds:.1f} s" for state, seconds in spent if seconds >= 0.5)


def upload(http: httpx.Client, data_dir: Path, party: str, rows: int) -> Uploaded:
    """Upload, wait, sign, wait, fetch the receipt. Raises RuntimeError when not every row is in."""
    _describe(http, party)
    content = workbook(rows)
    clerk = json.loads((data_dir / "run.json").read_text())["children"]["clerk"]["pid"]
    before, began = _cpu(clerk), time.monotonic()
    asked = {"as": party, "kind": "harvest", "name": "harvest.xlsx"}
    headers = {"Content-Type": "application/octet-stream"}
    answer = http.post("/api/v1/uploads", params=asked, content=content, headers=headers).raise_for_status()
    watch = _Watch(http, f"/api/v1/uploads/{answer.json()['id']}")
    draft = watch.until_still()
    if draft["state"] == "needs_mapping":
        watch.post("mapping", {"version": draft["version"], "columns": dict(enumerate(HEADINGS))})
        draft = watch.until_still()
    if draft["state"] != "valid":
        raise RuntimeError(json.dumps(draft, ensure_ascii=False)[:2000])
    watch.post("submit", {"version": draft["version"], "root": draft["root"]})
    watch.until_still()
    receipt = http.get(f"{watch.where}/receipt").raise_for_status().json()
    seconds = time.monotonic() - began
    if receipt["rows"] != rows:
        raise RuntimeError(f"{receipt['rows']} rows of {rows} are in")
    return Uploaded(seconds, _peak(clerk), _cpu(clerk) - before, watch.steps, watch.looks)


def _describe(http: httpx.Client, party: str) -> None:
    product = {"gtin": GTIN, "names": {"zh": "水蜜桃"}}
    http.post("/api/v1/products", json=product).raise_for_status()
    found = http.get("/api/v1/parties").raise_for_status().json()["parties"]
    number = next(each["number"] for each in found if party in each["identifiers"])
    http.post(f"/api/v1/parties/{number}/sites", json={"uri": SITE, "names": {"zh": "果园"}})


def _peak(pid: int) -> float:
    """The greatest resident size so far, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1000
    return 0.0


def _cpu(pid: int) -> float:
    """Seconds of a core so far: fields 14 and 15 of proc(5), in ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
