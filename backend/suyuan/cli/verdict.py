"""How a report of the verifier is shown: what the bundle is about, the checks, one sentence at the end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import ItemsView, Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from suyuan.kernel.canonical import parse_json
from suyuan.kernel.errors import SuyuanError
from suyuan.verify import Check, Outcome, Report
from suyuan.verify.bundle import Bundle, parse_bundle
from suyuan.verify.form import BundleFault
from suyuan.verify.report import utc

#: In the order shown: what matters most stands nearest to the verdict.
_STYLES = {
    Outcome.PASS: "green",
    Outcome.PARTIAL: "cyan",
    Outcome.UNSUPPORTED: "yellow",
    Outcome.UNREACHABLE: "yellow",
    Outcome.FAIL: "bold red",
}
_PARTY = re.compile(r"party (\d+)")
_MOST = 6


def show_report(report: Report, data: bytes, console: Console | None = None) -> None:
    """Print it for people; `data` is the bundle that was checked, and not believed in anything."""
    console = console or Console(highlight=False)
    bundle = _readable(data)
    if bundle is not None:
        console.print("[dim]The bundle says:[/]")
        console.print(_about(bundle))
        console.print()
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for outcome, style in _STYLES.items():
        for (name, detail), subjects in _grouped(report.having(outcome)):
            many = f" \N{MULTIPLICATION SIGN}{len(subjects)}" if len(subjects) > 1 else ""
            about = "" if outcome is Outcome.PASS else _about_whom(subjects, _names(bundle))
            table.add_row(Text(outcome.value, style), Text(name + many), Text(plain(about + detail)))
    console.print(table)
    console.print()
    console.print(_verdict(report, bundle))


def plain(text: str) -> str:
    """Without anything that a terminal could take for a command, or that turns the reading direction."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _readable(data: bytes) -> Bundle | None:
    try:
        return parse_bundle(data)
    except BundleFault:
        return None


def _about(bundle: Bundle) -> Table:
    signed = Counter(entry.party for entry in bundle.entries)
    names = _names(bundle)
    signers = ", ".join(
        f"{names.get(number, number)} ({count})" for number, count in signed.most_common(_MOST)
    )
    more = f" and {len(signed) - _MOST} more" if len(signed) > _MOST else ""
    as_of = bundle.as_of
    lines = {
        "lot": bundle.lot_uri,
        "product": _product(bundle),
        "signed by": signers + more,
        "as of": f"block {as_of.block}, {utc(as_of.time)}",
    }
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for word, told in lines.items():
        if told:
            table.add_row(word, Text(plain(told)))
    return table


def _names(bundle: Bundle | None) -> dict[int, str]:
    parties = bundle.parties if bundle else ()
    return {party.number: _named(party.profile) or f"party {party.number}" for party in parties}


def _product(bundle: Bundle) -> str:
    for anchor in bundle.anchors:
        for leaf in anchor.leaves:
            try:
                name = _named(parse_json(leaf.data))
            except SuyuanError:
                continue
            if name:
                return name
    return ""


def _named(document: object) -> str:
    """The Chinese name, else any other; empty when there is none."""
    names = document.get("names") if isinstance(document, dict) else None
    if not isinstance(names, dict):
        return ""
    found = [names.get("zh"), names.get("en"), *names.values()]
    return next((name[:60] for name in found if isinstance(name, str) and name), "")


def _grouped(checks: Iterable[Check]) -> ItemsView[tuple[str, str], list[str]]:
    """Checks that say the same are one line: (name, detail) and what they were asked about."""
    groups: dict[tuple[str, str], list[str]] = {}
    for check in checks:
        groups.setdefault((check.name, check.detail), []).append(check.subject)
    return groups.items()


def _about_whom(subjects: list[str], names: dict[int, str]) -> str:
    """`entry 3: `, `party 1 清湖牧场: `, `entry 0, entry 1, entry 2 and 9 more: `."""
    told = []
    for subject in subjects[:_MOST]:
        party = _PARTY.fullmatch(subject)
        told.append(f"{subject} {names.get(int(party[1]), '')}".strip() if party else subject)
    more = f" and {len(subjects) - _MOST} more" if len(subjects) > _MOST else ""
    return f"{', '.join(told)}{more}: " if any(told) else ""


def _verdict(report: Report, bundle: Bundle | None) -> Text:
    if bundle is None:
        return Text("\N{BALLOT X} This is no bundle that can be checked.", "bold red")
    if report.exit_code == 1:
        failed, all_ = len(report.having(Outcome.FAIL)), len(report.checks)
        said = f"\N{BALLOT X} The bundle does not check out: {failed} of {all_} checks failed."
        return Text(said, "bold red")
    if report.exit_code:
        silent = report.having(Outcome.UNREACHABLE)
        why = "the node did not answer what was needed" if silent else "see UNSUPPORTED above"
        return Text(f"? The bundle could not be checked: {why}.", "yellow")
    count = len(bundle.entries)
    entries = "1 entry" if count == 1 else f"{count} entries"
    if report.having(Outcome.PARTIAL):
        said = f"\N{CHECK MARK} The bundle checks out as of {utc(bundle.as_of.time)}, but see PARTIAL above."
        return Text(said, "green")
    until = f"complete up to {utc(bundle.as_of.time)}"
    return Text(f"\N{CHECK MARK} The bundle checks out: {entries}, {until}.", "green")
