"""Scopes of which one is enough for a way."""

from __future__ import annotations

from suyuan.access.model import Scope

ALL = frozenset(Scope)
SUBMIT = frozenset({Scope.SUBMIT})
SUBMITTERS = frozenset({Scope.SUBMIT, Scope.REGISTRAR})
PREPARERS = frozenset({Scope.DRAFT, Scope.SUBMIT, Scope.REGISTRAR})
WRITERS = frozenset({Scope.DRAFT, Scope.SUBMIT, Scope.HANDOVER, Scope.PARTY_ADMIN})
HANDLERS = frozenset({Scope.HANDOVER})
ADMIN = frozenset({Scope.PARTY_ADMIN})
REGISTRAR = frozenset({Scope.REGISTRAR})
ADMINS = ADMIN | REGISTRAR
DECIDERS = ADMINS | {Scope.DIRECTOR}
QC = frozenset({Scope.QC})
OVERSEERS = QC | {Scope.AUDIT}
READERS = frozenset({Scope.READ, Scope.REGISTRAR, Scope.AUDIT})
TRAIL = ADMINS | {Scope.AUDIT}
