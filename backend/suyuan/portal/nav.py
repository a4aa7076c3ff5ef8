"""The ways through the portal, by what a person may do."""

from __future__ import annotations

from dataclasses import dataclass

from suyuan.access.model import Caller, Scope, Seat


@dataclass(frozen=True, slots=True)
class Way:
    """`text` is the word's key. Whoever has one of the scopes or seats sees it, in a party or in the
    platform.
    """

    text: str
    href: str
    scopes: frozenset[Scope]
    platform: bool = False
    seats: frozenset[Seat] = frozenset()

    def is_open_to(self, caller: Caller) -> bool:
        return (
            bool(self.scopes & caller.scopes or self.seats & caller.seats)
            and (caller.party is None) is self.platform
        )


_PARTY = frozenset({Scope.READ})
_ADMIN = frozenset({Scope.PARTY_ADMIN})
_DESK = frozenset({Scope.REGISTRAR})
_DECIDERS = frozenset({Scope.REGISTRAR, Scope.DIRECTOR})

#: In the order of the page. Each room appends its own when its page exists.
NAV: tuple[Way, ...] = (
    Way("frame.nav.home", "/supplier", _PARTY),
    Way("uploads.nav.drafts", "/supplier/drafts", _PARTY),
    Way("frame.nav.submissions", "/supplier/submissions", _PARTY),
    Way("handovers.list.title", "/supplier/handovers", _PARTY),
    Way("frame.nav.lots", "/supplier/lots", _PARTY),
    Way("inspections.title", "/supplier/inspections", _PARTY),
    Way("frame.nav.documents", "/supplier/documents", _PARTY),
    Way("exports.title", "/supplier/exports", _PARTY),
    Way("people.nav.people", "/supplier/people", _ADMIN),
    Way("keys.title", "/supplier/keys", _PARTY),
    Way("webhooks.title", "/supplier/webhooks", _ADMIN),
    Way("trails.title", "/supplier/trail", _ADMIN, seats=frozenset({Seat.AUDITOR})),
    Way("account.nav.account", "/account", _PARTY),
    Way("frame.nav.desk", "/admin", _DESK, platform=True),
    Way("frame.nav.applications", "/admin/applications", _DESK, platform=True),
    Way("qualification.parties.title", "/admin/parties", _DESK, platform=True),
    Way("holds.title", "/admin/hold-proposals", frozenset({Scope.QC}), platform=True),
    Way("keys.desk.title", "/admin/keys", _DECIDERS, platform=True),
    Way("people.nav.people", "/admin/people", _DESK, platform=True),
    Way("companies.title", "/admin/companies", _DESK, platform=True),
    Way("trails.title", "/admin/trail", frozenset({Scope.REGISTRAR, Scope.AUDIT}), platform=True),
    Way("account.nav.account", "/account", frozenset({Scope.REGISTRAR, Scope.QC}), platform=True),
)


@dataclass(frozen=True, slots=True)
class Shown:
    text: str
    href: str
    is_current: bool


def ways(caller: Caller | None, path: str) -> list[Shown]:
    """What this person sees on the page at `path`; the longest fitting address is the current one."""
    if caller is None:
        return []
    open_ways = [each for each in NAV if each.is_open_to(caller)]
    fitting = [w.href for w in open_ways if path == w.href or path.startswith(w.href + "/")]
    current = max(fitting, key=len, default="")
    return [Shown(w.text, w.href, w.href == current) for w in open_ways]


def home_of(caller: Caller) -> str:
    """Where a person begins; who has no seat yet, with his application."""
    if caller.party is None and not caller.seats:
        return "/apply"
    return next((each.href for each in NAV if each.is_open_to(caller)), "/")
