"""Every page that a test looks at: for injection, inline code, size, seats, looks and accessibility.

A room adds its pages to PAGES and, when they show what must exist first, a maker to MAKERS. Makers run once
on a fresh database with two suppliers; what they return fills the places of the paths.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.acquainted import acquainted
from portal.handed import handed
from portal.inspected import inspected
from portal.keyed import keyed
from portal.mending import mending
from portal.qualified import qualified
from portal.told import told


@dataclass(frozen=True)
class Page:
    """`seat`: who looks (None: nobody signed in), in the first party or in the platform; or APPLICANT. `path`
    has places that the makers fill: "/supplier/submissions/{submission}".
    """

    seat: str | None
    path: str
    status: int = 200


#: Instead of a seat: somebody who has none yet, with an application that he fills in.
APPLICANT = "applicant"

#: (gateway, numbers of the two parties) -> names of what was made.
Maker = Callable[..., dict[str, str]]

PAGES: list[Page] = [
    Page(None, "/"),
    Page("signer", "/"),
    Page(None, "/find?code=%3Cscript%3Ealert(1)%3C/script%3E", 422),
    Page("signer", "/supplier"),
    Page("auditor", "/supplier"),
    Page("registrar", "/admin"),
    Page("signer", "/supplier/nothing", 404),
    Page(None, "/sign-in?next=/supplier"),
    Page(None, "/sign-in/code"),
    Page(None, "/invitation/{invitation}"),
    Page(None, "/invitation/nothing", 404),
    Page("signer", "/prove?next=/supplier"),
    Page("entry", "/account"),
    Page("registrar", "/account"),
    Page("admin", "/supplier/people"),
    Page("admin", "/supplier/people/{colleague}"),
    Page("registrar", "/admin/people"),
    Page("registrar", "/admin/people/{colleague}"),
    Page("entry", "/supplier/people", 403),
    Page("admin", "/supplier/keys"),
    Page("auditor", "/supplier/keys"),
    Page("admin", "/supplier/keys/proof/{challenge}?purpose=recover"),
    Page("signer", "/supplier/signatures"),
    Page("director", "/admin/keys"),
    Page("signer", "/supplier/submissions"),
    Page("signer", "/supplier/submissions?state=rejected&since=2026-11-01&until=2026-11-30"),
    Page("entry", "/supplier/submissions/{submission}"),
    Page("signer", "/supplier/submissions/{rejected}"),
    Page("signer", "/supplier/lots"),
    Page("signer", "/supplier/lots?which=offered&q=%22%3E%3Cb%3E"),
    Page("auditor", "/supplier/lots/{lot}"),
    Page("signer", "/supplier/lots/{hostile_lot}"),
    Page("signer", "/supplier/lots/{lot}/label?copies=3&size=50x30"),
    Page("signer", "/supplier/lots/{hostile_lot}/label?paper=roll"),
    Page("signer", "/supplier/handovers"),
    Page("signer", "/supplier/handovers?direction=in&state=open&before=%3Cb%3E"),
    Page("signer", "/supplier/handovers/new"),
    Page("signer", "/supplier/handovers/{incoming}"),
    Page("auditor", "/supplier/handovers/{incoming}"),
    Page("signer", "/supplier/handovers/{in_part}"),
    Page("signer", "/supplier/handovers/{outgoing}"),
    Page("signer", "/supplier/handovers/{answered}"),
    Page("signer", "/supplier/handovers/{outgoing}/act?act=withdraw"),
    Page("signer", "/supplier/handovers/nothing", 404),
    Page("signer", "/supplier/upload"),
    Page("signer", "/supplier/drafts"),
    Page("entry", "/supplier/drafts?state=needs_fixes"),
    Page("signer", "/supplier/drafts/{mending}"),
    Page("auditor", "/supplier/drafts/{mending}?show=all"),
    Page("signer", "/supplier/drafts/{ready}"),
    Page("entry", "/supplier/drafts/{unmapped}"),
    Page("signer", "/supplier/drafts/{done}"),
    Page("signer", "/supplier/drafts/{waiting}"),
    Page("signer", "/supplier/drafts/unknown", 404),
    Page(None, "/apply"),
    Page(APPLICANT, "/apply/firm"),
    Page(APPLICANT, "/apply/contact"),
    Page(APPLICANT, "/apply/papers"),
    Page(APPLICANT, "/apply/review"),
    Page(APPLICANT, "/account"),
    Page("admin", "/supplier/documents"),
    Page("auditor", "/supplier/documents"),
    Page("registrar", "/admin/applications"),
    Page("registrar", "/admin/applications/{application}"),
    Page("registrar", "/admin/parties"),
    Page("registrar", "/admin/parties/{qualified}"),
    Page("signer", "/supplier/inspections"),
    Page("auditor", "/supplier/inspections?kind=testReport"),
    Page("signer", "/supplier/inspections/{inspection}"),
    Page("signer", "/supplier/inspections/new?kind=inspection"),
    Page("signer", "/supplier/inspections/new?kind=testReport&lot=%22%3E%3Cb%3E"),
    Page("signer", "/supplier/inspections/nothing", 404),
    Page("auditor", "/supplier/exports"),
    Page("admin", "/supplier/webhooks"),
    Page("admin", "/supplier/webhooks/{endpoint}"),
    Page("admin", "/supplier/webhooks/deliveries/{delivery}"),
    Page("signer", "/supplier/webhooks", 403),
    Page("qc", "/admin/hold-proposals"),
    Page("director", "/admin/hold-proposals?state=declined"),
    Page("admin", "/supplier/trail"),
    Page("auditor", "/supplier/trail?before=2"),
    Page("signer", "/supplier/trail", 403),
    Page("registrar", "/admin/trail"),
    Page("qc", "/admin/trail"),
    Page("admin", "/admin/trail", 403),
    Page("registrar", "/admin/companies"),
    Page("qc", "/admin/companies", 403),
]

MAKERS: list[Maker] = [keyed, told, handed, acquainted, mending, qualified, inspected]
