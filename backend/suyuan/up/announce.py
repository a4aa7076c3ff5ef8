"""What `suyuan up` says when everything runs: addresses, and a code that a phone can scan."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import qrcode


def summary_lines(summary: Mapping[str, Any]) -> list[str]:
    """The closing lines: pages with their products' names, API docs, token, and how to stop."""
    lines = ["", "Suyuan 溯源 is running.", ""]
    pages: Sequence[Mapping[str, str]] = summary.get("passports", [])
    for page in pages:
        lines += [f"  Passport  {page['name']}", f"            {page['url']}"]
    lines += _people(summary)
    lines += [
        f"  API docs  {summary['url']}/docs",
        f"  Operator  the token is in {summary['operator_file']} (readable by you alone)",
        f"  Chain     {summary['chain']}",
        f"  Data      {summary['data_dir']}",
        "",
    ]
    if pages:
        lines += [qr_in_text(pages[0]["url"]), f"  {pages[0]['url']}", ""]
    return lines


def _people(summary: Mapping[str, Any]) -> list[str]:
    """Where to sign in, and as whom in the demo."""
    lines = [f"  Portal    {summary['url']}/supplier"]
    known = summary.get("accounts") or {}
    if known:
        lines += [f"  Sign in   password of them all: {known['password']}"]
        width = max(len(each["login"]) for each in known["people"])
        lines += [
            f"            {each['login']:<{width}}  {each['of']} · {each['name']}" for each in known["people"]
        ]
    return lines


def qr_in_text(address: str) -> str:
    """The address as a QR code in half-block characters, dark on light in any terminal theme."""
    code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_L)
    code.add_data(address)
    code.make(fit=True)
    drawn = io.StringIO()
    code.print_ascii(out=drawn, invert=True)
    return drawn.getvalue().rstrip("\n")
