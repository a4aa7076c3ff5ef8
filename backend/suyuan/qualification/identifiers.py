"""URIs of a firm and its places: by GLN where there is one, else by the credit code.

A party that has no GLN is `urn:suyuan:party:<credit code>`, its places
`urn:suyuan:location:loc:<code>.<n>`; the words inside say what each is to whoever reads the URI.
"""

from __future__ import annotations

from suyuan.kernel.digital_link import CANONICAL_STEM
from suyuan.parties.registration_numbers import credit_code
from suyuan.qualification.model import Form, SiteForm


def party_uri(form: Form) -> str:
    """The principal identifier of the party that a firm becomes. Raises ValueError without credit code."""
    if form.gln:
        return f"{CANONICAL_STEM}/417/{form.gln}"
    return f"urn:suyuan:party:{credit_code(form.credit_code)}"


def site_uri(code: str, site: SiteForm, place: int) -> str:
    """`code`: the credit code; `place` counts from 0."""
    if site.gln:
        return f"{CANONICAL_STEM}/414/{site.gln}"
    return f"urn:suyuan:location:loc:{code}.{place + 1}"
