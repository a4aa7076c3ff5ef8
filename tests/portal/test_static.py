from __future__ import annotations

import json
from pathlib import Path

from suyuan.portal import static_files

ROOT = Path(__file__).parents[2]


def test_htmx_is_the_one_of_npm_and_says_its_licence():
    package = ROOT / "node_modules" / "htmx.org"
    first, _, rest = static_files.contents()["htmx.min.js"].partition(b"\n")
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]["htmx.org"]
    assert json.loads((package / "package.json").read_text())["version"] == wanted
    assert wanted.encode() in first
    assert b"Zero-Clause BSD" in first
    assert rest == (package / "dist" / "htmx.min.js").read_bytes()


def test_a_static_file_is_kept_for_ever_under_its_own_address_only(client):
    own = client.get(static_files.address("portal.css"))
    assert own.status_code == 200
    assert own.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in own.headers["cache-control"]
    former = client.get("/portal-static/0123456789abcdef/portal.css")
    assert former.text == own.text
    assert former.headers["cache-control"] == "no-cache"
    assert client.get(f"/portal-static/{static_files.mark()}/nothing.js").status_code == 404
    assert client.get(f"/portal-static/{static_files.mark()}/..%2fframe.py").status_code == 404
