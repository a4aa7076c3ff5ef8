"""The command line: parse, call one verb or one route, answer. Exit codes are in exits.py."""

from __future__ import annotations


def main() -> None:
    """Entry point of `suyuan`."""
    from suyuan.cli.app import app  # loaded late so that importing the room costs nothing

    app(prog_name="suyuan")
