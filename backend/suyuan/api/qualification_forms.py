"""Applications and papers as they are written on the wire."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import Form as Field_
from pydantic import Field

from suyuan.api.forms import Form, Names, Time
from suyuan.api.party_forms import RoleName
from suyuan.kernel.hashing import to_hex
from suyuan.qualification.judging import Check, Verdict
from suyuan.qualification.model import (
    Application,
    Contact,
    Document,
    DocumentState,
    Facts,
    Kind,
    Question,
    SiteForm,
    State,
)
from suyuan.qualification.model import Form as Filled

Line = Annotated[str, Field(max_length=500)]


class BeginIn(Form):
    login: Annotated[str, Field(min_length=1, max_length=254, description="E-mail or telephone number")]
    name: Annotated[str, Field(min_length=1, max_length=100, description="Who fills in the application")]
    password: Annotated[str, Field(max_length=1000)] | None = Field(
        None, description="Needed unless a registrar enters it for somebody"
    )
    language: Literal["zh", "en"] = "zh"


class SiteIn(Form):
    names: Names
    gln: Line | None = None
    address: Line | None = None
    latitude: Line | None = None
    longitude: Line | None = None

    def value(self) -> SiteForm:
        return SiteForm(self.names.given(), self.gln, self.address, self.latitude, self.longitude)


class ContactIn(Form):
    name: Line = ""
    phone: Line = ""
    email: Line = ""


class ApplicationIn(Form):
    revision: int | None = Field(None, description="The one that was read; another one since is a conflict")
    names: Names = Names()
    credit_code: Line = Field("", description="Unified social credit code (GB 32100-2015)")
    roles: Annotated[tuple[RoleName, ...], Field(max_length=7)] = ()
    gln: Line | None = None
    goods: Annotated[tuple[Line, ...], Field(max_length=40, description="Food categories, `122`")] = ()
    sites: Annotated[tuple[SiteIn, ...], Field(max_length=50)] = ()
    key_address: Line | None = Field(None, description="The firm's own key; without it, we keep one for it")
    contact: ContactIn = ContactIn()

    def form(self) -> Filled:
        return Filled(
            names=self.names.given(),
            credit_code=self.credit_code,
            roles=tuple(self.roles),
            gln=self.gln,
            goods=self.goods,
            sites=tuple(site.value() for site in self.sites),
            key_address=self.key_address,
        )

    def person(self) -> Contact:
        return Contact(**self.contact.model_dump())


class QuestionIn(Form):
    pointer: Annotated[str, Field(max_length=200, examples=["/documents/1/file"])]
    text: Annotated[str, Field(max_length=1000)]


class QuestionsIn(Form):
    questions: Annotated[tuple[QuestionIn, ...], Field(max_length=50)]

    def value(self) -> tuple[Question, ...]:
        return tuple(Question(each.pointer, each.text) for each in self.questions)


class ReasonIn(Form):
    reason: Annotated[str, Field(max_length=1000)]


class ConsentIn(Form):
    shown: bool = Field(description="Whether passports name the paper, its validity and its file's hash")


class DocumentOut(Form):
    id: str
    series: str = Field(description="Shared by the versions of one paper")
    version: int
    application: str | None
    party: int | None
    kind: Kind
    number: str
    issuer: str
    valid_from: date | None
    valid_until: date | None = Field(description="The last day, in Beijing; null: for good")
    sample: str | None
    standard: str | None
    cma: str | None
    cnas: str | None
    lab_until: date | None
    file: str = Field(description="SHA-256 of the file, 0x-hex: /api/v1/files/{file}")
    file_name: str
    state: DocumentState
    shown: bool
    reason: str | None
    created_at: Time
    decided_at: Time | None

    @classmethod
    def of(cls, found: Document) -> DocumentOut:
        facts = {name: getattr(found.facts, name) for name in Facts.__slots__}
        own = ("id", "series", "version", "application", "party", "kind", "state", "shown", "reason",
               "file_name", "created_at", "decided_at")  # fmt: skip
        return cls(file=to_hex(found.file), **facts, **{name: getattr(found, name) for name in own})


class DocumentsOut(Form):
    documents: list[DocumentOut]


class ApplicationOut(Form):
    id: str
    state: State
    revision: int
    names: Names
    credit_code: str
    roles: list[str]
    gln: str | None
    goods: list[str]
    sites: list[SiteIn]
    key_address: str | None
    contact: ContactIn
    documents: list[DocumentOut]
    questions: list[QuestionIn]
    reason: str | None
    party: int | None
    created_at: Time
    submitted_at: Time | None
    decided_at: Time | None

    @classmethod
    def of(cls, found: Application, contact: Contact, papers: list[Document]) -> ApplicationOut:
        form = found.form
        return cls(
            id=found.id,
            state=found.state,
            revision=found.revision,
            names=Names(**form.names),
            credit_code=form.credit_code,
            roles=list(form.roles),
            gln=form.gln,
            goods=list(form.goods),
            sites=[
                SiteIn(
                    names=Names(**site.names),
                    gln=site.gln,
                    address=site.address,
                    latitude=site.latitude,
                    longitude=site.longitude,
                )
                for site in form.sites
            ],
            key_address=form.key_address,
            contact=ContactIn(name=contact.name, phone=contact.phone, email=contact.email),
            documents=[DocumentOut.of(paper) for paper in papers],
            questions=[QuestionIn(pointer=each.pointer, text=each.text) for each in found.questions],
            reason=found.reason,
            party=found.party,
            created_at=found.created_at,
            submitted_at=found.submitted_at,
            decided_at=found.decided_at,
        )


class ApplicationLine(Form):
    id: str
    state: State
    names: Names
    credit_code: str
    party: int | None
    created_at: Time
    submitted_at: Time | None

    @classmethod
    def of(cls, found: Application) -> ApplicationLine:
        return cls(
            id=found.id,
            state=found.state,
            names=Names(**found.form.names),
            credit_code=found.form.credit_code,
            party=found.party,
            created_at=found.created_at,
            submitted_at=found.submitted_at,
        )


class ApplicationsOut(Form):
    applications: list[ApplicationLine]


class CheckOut(Form):
    code: str
    verdict: Verdict
    pointer: str
    message: str
    values: dict[str, str]

    @classmethod
    def of(cls, check: Check) -> CheckOut:
        return cls(
            code=check.code,
            verdict=check.verdict,
            pointer=check.pointer,
            message=check.message,
            values=dict(check.values),
        )


class ChecksOut(Form):
    checks: list[CheckOut]


Text = Annotated[str, Field_(max_length=500)]
OptionalText = Annotated[str | None, Field_(max_length=500)]


def facts_in(
    paper_number: Annotated[str, Field_(alias="number", max_length=500)],
    issuer: Text,
    valid_from: Annotated[date | None, Field_(alias="validFrom")] = None,
    valid_until: Annotated[date | None, Field_(alias="validUntil")] = None,
    sample: OptionalText = None,
    standard: OptionalText = None,
    cma: OptionalText = None,
    cnas: OptionalText = None,
    lab_until: Annotated[date | None, Field_(alias="labUntil")] = None,
) -> Facts:
    """What a paper says, as fields of a multipart form beside its `file` and `kind`."""
    return Facts(paper_number, issuer, valid_from, valid_until, sample, standard, cma, cnas, lab_until)
