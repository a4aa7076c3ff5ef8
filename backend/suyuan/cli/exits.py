"""Exit codes of the command line, the same for every command (docs/operating.md lists them)."""

from __future__ import annotations

from enum import IntEnum
from typing import NoReturn

import typer
from rich.console import Console

errors = Console(stderr=True, highlight=False)


class Exit(IntEnum):
    """What a calling program may rely on."""

    DONE = 0
    REFUSED = 1  # the gateway refused, or a bundle or database does not check out
    USAGE = 2  # wrong usage (Typer's own), or `verify` could not check
    UNREACHABLE = 3  # no gateway, chain or database answers
    NOT_ALLOWED = 4  # no token, or one that may not do this
    INTERRUPTED = 130


def stop(sentence: str, code: Exit) -> NoReturn:
    """End the command with one clear sentence on stderr."""
    errors.print(f"[bold red]✗[/] {sentence}", soft_wrap=True)
    raise typer.Exit(int(code))
