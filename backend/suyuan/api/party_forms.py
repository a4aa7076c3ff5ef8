"""Parties as they are written on the wire."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from pydantic import Field

from suyuan.anchoring.model import State
from suyuan.api.forms import Form, Names, Time
from suyuan.kernel.hashing import to_hex
from suyuan.parties.model import (
    Licence,
    NewParty,
    NewSite,
    Party,
    PartyKey,
    Site,
    role_names,
    roles_of,
)
from suyuan.parties.registration_numbers import is_doubtful

RoleName = Literal["producer", "processor", "carrier", "warehouse", "retailer", "laboratory", "inspector"]
Roles = Annotated[list[RoleName], Field(max_length=7)]


class LicenceIn(Form):
    number: str = Field(examples=["SC10632028112345"])
    valid_until: date | None = None

    def value(self) -> Licence:
        until = datetime.combine(self.valid_until, time(), UTC) if self.valid_until else None
        return Licence(self.number, until)


class LicenceOut(Form):
    number: str
    valid_until: date | None
    doubtful: bool = Field(description="The check digit is wrong: look at the paper")


class SiteIn(Form):
    uri: str = Field(examples=["https://id.gs1.org/414/6901234000016"])
    names: Names
    address: str | None = None
    latitude: str | None = Field(None, examples=["31.5925"])
    longitude: str | None = Field(None, examples=["120.0817"])

    def value(self) -> NewSite:
        return NewSite(self.uri, self.names.given(), self.address, self.latitude, self.longitude)


class SiteOut(Form):
    uri: str
    party: int
    names: Names
    address: str | None
    latitude: str | None
    longitude: str | None

    @classmethod
    def of(cls, site: Site) -> SiteOut:
        return cls(
            uri=site.uri,
            party=site.party,
            names=Names(**site.names),
            address=site.address,
            latitude=site.latitude,
            longitude=site.longitude,
        )


class PartyIn(Form):
    names: Names
    identifiers: Annotated[list[str], Field(max_length=20)] = Field(
        description="URIs in any form, the principal one first",
        examples=[["https://id.gs1.org/417/6901234000009"]],
    )
    roles: Roles
    qualified_until: Time | None = Field(None, description="End of the qualification; none: without an end")
    credit_code: str | None = Field(None, description="Unified social credit code (GB 32100-2015)")
    licences: Annotated[tuple[LicenceIn, ...], Field(max_length=50)] = ()
    sites: Annotated[tuple[SiteIn, ...], Field(max_length=1000)] = ()
    key_address: str | None = Field(None, description="The party's own key; without it, we keep one for it")

    def value(self) -> NewParty:
        return NewParty(
            names=self.names.given(),
            identifiers=tuple(self.identifiers),
            roles=roles_of(self.roles),
            qualified_until=self.qualified_until,
            credit_code=self.credit_code,
            licences=tuple(licence.value() for licence in self.licences),
            sites=tuple(site.value() for site in self.sites),
            key_address=self.key_address,
        )


class PartyOut(Form):
    number: int
    names: Names
    identifiers: list[str]
    roles: list[RoleName]
    qualified_until: Time | None
    suspended: bool
    credit_code: str | None
    licences: list[LicenceOut]
    profile_version: int
    profile_hash: str = Field(
        description="0x-hex leaf hash of the profile document, as PartyRegistry holds it"
    )
    state: State = Field(description="How far the registration is on its way to the chain")
    created_at: Time

    @classmethod
    def of(cls, party: Party, state: State) -> PartyOut:
        return cls(
            number=party.number,
            names=Names(**party.names),
            identifiers=list(party.identifiers),
            roles=role_names(party.roles),
            qualified_until=party.qualified_until,
            suspended=party.suspended,
            credit_code=party.credit_code,
            licences=[_licence(each) for each in party.licences],
            profile_version=party.profile_version,
            profile_hash=to_hex(party.profile_hash),
            state=state,
            created_at=party.created_at,
        )


class PartiesOut(Form):
    parties: list[PartyOut]


class SitesOut(Form):
    sites: list[SiteOut]


class KeyIn(Form):
    address: str | None = Field(
        None, description="A key of the party's own; without it, the custodial one rotates"
    )


class KeyOut(Form):
    party: int
    version: int
    address: str
    custodial: bool
    active: bool = Field(description="Submissions are signed with it")
    added_at: Time
    revoked_at: Time | None

    @classmethod
    def of(cls, key: PartyKey) -> KeyOut:
        return cls.model_validate(key)


class KeysOut(Form):
    keys: list[KeyOut]


class SuspensionIn(Form):
    suspended: bool
    reason: str = Field("No reason was given.", max_length=1000, description="Told to the party")


class QualificationIn(Form):
    qualified_until: Time | None = Field(description="null: without an end")


class RolesIn(Form):
    roles: Roles


def _licence(licence: Licence) -> LicenceOut:
    until = licence.valid_until.date() if licence.valid_until else None
    return LicenceOut(number=licence.number, valid_until=until, doubtful=is_doubtful(licence.number))
