"""What a run of the benchmark says: each figure beside its limit, and whether the goal is met."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
#: Goals of the same table that no measure here takes; said on the page, so that silence is not read as met.
NOT_MEASURED = "P2 beside PostgreSQL, P3, P4, P5, P7, P9 cold, P10 to P16"
PACKAGES = ("fastapi", "uvicorn", "sqlalchemy", "pysqlite3", "httpx", "coincurve")


@dataclass(frozen=True)
class Row:
    name: str
    figure: str
    limit: str
    goal: str
    met: bool | None
    """None: there is no goal."""

    def line(self) -> str:
        """The row of the table."""
        verdict = {True: "met", False: "missed", None: "no goal"}[self.met]
        return f"| {self.name} | {self.figure} | {self.limit} | {self.goal} | {verdict} |"


def machine() -> str:
    """What it ran on."""
    model = "unknown processor"
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
        cores = sum(line.startswith("processor") for line in lines)
    except (OSError, StopIteration):
        cores = 0
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"{model}, {cores} cores; {platform.system()}; Python {platform.python_version()}; {packages}"


def write(rows: list[Row], rounds: int, size: int) -> None:
    """docs/performance.md."""
    lines = [
        "# Performance",
        "",
        f"Measured {datetime.now(UTC):%Y-%m-%d} by `./scripts/bench` ({rounds} interleaved rounds of {size}",
        "requests, medians; load generator, gateway, worker and node share the machine). Only the ratios",
        "travel to other machines.",
        "",
        f"Machine: {machine()}.",
        "Beside: EAS contracts 1.9.0 and eventsourcing 9.5.6, as `tests/bench/peers` pins them.",
        "",
        "| what | figure | beside | goal | reached |",
        "|---|---|---|---|---|",
        *(row.line() for row in rows),
        "",
        f"Not measured by this run: {NOT_MEASURED}.",
        "",
    ]
    PAGE.write_text("\n".join(lines), "utf-8")
