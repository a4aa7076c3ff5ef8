"""Reads a page and finds what no page may have: inline code, things from elsewhere, ids that lead nowhere."""

from __future__ import annotations

from html.parser import HTMLParser

#: Elements without an end tag.
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
OWN = ("/", "#", "?", "data:image/svg+xml,")


class Look(HTMLParser):
    """`faults` is empty for a good page; `forms` are (attributes, whether the token is in it)."""

    def __init__(self, text):
        super().__init__()
        self.faults, self.open, self.headings = [], [], []
        self.ids, self.meant = set(), set()
        self.links, self.forms = [], []
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> stays open" for tag in self.open]
        self.faults += [f"nothing has the id {each}" for each in sorted(self.meant - self.ids)]

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if is_code(name, value or "") or is_from_elsewhere(tag, name, value or ""):
                self.faults.append(f"<{tag} {name}={value!r}>")
        found = {name: value or "" for name, value in attributes}
        if tag == "style" or (tag == "script" and "src" not in found):
            self.faults.append(f"inline <{tag}>")
        self._note_ids(tag, found)
        if tag == "a":
            self.links.append(found.get("href", ""))
        if tag == "form":
            self.forms.append([found, False])
        if self.forms and tag == "input" and found.get("name") == "csrf" and found.get("value"):
            self.forms[-1][1] = True
        if tag == "h1":
            self.headings.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def _note_ids(self, tag, found):
        if "id" in found and found["id"] in self.ids:
            self.faults.append(f"twice the id {found['id']}")
        self.ids.update([found["id"]] if "id" in found else [])
        for name in ("aria-describedby", "aria-labelledby", "aria-controls", "for"):
            self.meant.update(found.get(name, "").split())
        if found.get("href", "").startswith("#") and len(found["href"]) > 1:
            self.meant.add(found["href"][1:])

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")


def is_code(name, value):
    """A handler, a style, or an address or value that is a program."""
    program = value.strip().lower().startswith(("javascript:", "js:", "vbscript:", "data:text"))
    return name.startswith(("on", "hx-on")) or name in {"style", "srcdoc"} or program


def is_from_elsewhere(tag, name, value):
    """Something that the page would load, or send to, at another site."""
    loads = name in {"src", "action", "formaction"} or (name == "href" and tag in {"link", "use"})
    return loads and (value.startswith("//") or not value.startswith(OWN))
