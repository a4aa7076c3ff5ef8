"""How a finality policy is written; `adapters.evm.policy` says what each form means."""

from __future__ import annotations

import re

FORMS = "depth:N, tag:finalized, tag:safe, saved, saved:N"
#: The name and its value. N is 1 or more: a depth of 0 would call a block final before it is there.
FINALITY = re.compile(r"(depth|saved):([1-9][0-9]{0,4})|(tag):(finalized|safe)|(saved)")


def parse_finality(text: str) -> tuple[str, str] | None:
    """Name and value (empty for `saved` alone), or None for what is no policy."""
    found = FINALITY.fullmatch(text)
    if found is None:
        return None
    name, _, value = text.partition(":")
    return name, value
