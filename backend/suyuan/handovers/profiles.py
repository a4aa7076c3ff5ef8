"""The temperature limits that goods must have at a handover, by sort of goods.

A line names its profile, or the product's own words choose it. Goods that no profile fits have no limits, and
are then shown as not measured rather than as fine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from suyuan.handovers.rules.model import Profile


@cache
def profiles() -> Mapping[str, Profile]:
    """All profiles by code, in the order in which words are looked for."""
    listed = json.loads(files(__package__).joinpath("profiles.json").read_text("utf-8"))
    return MappingProxyType({each["code"]: _profile(each) for each in listed})


def _profile(told: dict[str, object]) -> Profile:
    words = told["words"]
    assert isinstance(words, list)  # noqa: S101 - our own file, held by a test
    return Profile(**{**told, "words": tuple(words)})  # type: ignore[arg-type]


def profile_of(code: str | None) -> Profile | None:
    """The profile with this code; None without one."""
    return profiles().get(code) if code else None


def fitting(texts: Iterable[str | None]) -> Profile | None:
    """The first profile one of whose words stands in these texts; None when none does."""
    whole = " ".join(text for text in texts if text).casefold()
    return next((each for each in profiles().values() if any(word in whole for word in each.words)), None)
