"""The minimal GS1 linkset of a lot (RFC 9264): its page, and the bundle that proves it."""

from __future__ import annotations

_VOCABULARY = "https://ref.gs1.org/voc/"


def build_linkset(anchor: str, page: str, name: str) -> dict[str, object]:
    """`anchor`: canonical URI; `page`: public address of the page; `name`: for people."""
    bundle = {"href": f"{page}?format=json", "title": "suyuan-bundle/1", "type": "application/json"}
    html = {"href": page, "title": name, "type": "text/html", "hreflang": ["zh", "en"]}
    return {
        "linkset": [
            {
                "anchor": anchor,
                "itemDescription": name,
                f"{_VOCABULARY}defaultLink": [{"href": page, "title": name}],
                f"{_VOCABULARY}traceability": [html],
                f"{_VOCABULARY}verificationService": [bundle],
            }
        ]
    }
