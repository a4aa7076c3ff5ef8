"""Forms and papers' facts as canonical JSON in rows, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from suyuan.kernel.canonical import canonical_json
from suyuan.qualification.model import Facts, Form, Question, SiteForm


def form_text(form: Form) -> str:
    return canonical_json(_plain(asdict(form))).decode()


def form_from(text: str) -> Form:
    found: dict[str, Any] = json.loads(text)
    found["sites"] = tuple(SiteForm(**site) for site in found.get("sites", ()))
    return Form(**{**found, **{name: tuple(found.get(name, ())) for name in ("roles", "goods")}})


def facts_text(facts: Facts) -> str:
    return canonical_json(_plain(asdict(facts))).decode()


def facts_from(text: str) -> Facts:
    return Facts(**{name: _day(name, value) for name, value in json.loads(text).items()})


def questions_text(questions: tuple[Question, ...]) -> str:
    return canonical_json([asdict(each) for each in questions]).decode()


def questions_from(text: str) -> tuple[Question, ...]:
    return tuple(Question(**each) for each in json.loads(text))


_DAYS = frozenset({"valid_from", "valid_until", "lab_until"})


def _day(name: str, value: str) -> Any:
    return date.fromisoformat(value) if name in _DAYS else value


def _plain(value: Any) -> Any:
    """Without what is None; days as ISO 8601, tuples as lists."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
