"""Chromium and a real server around the whole application on an SQLite file.

`site` is shared by tests that only look; `own_site` is a test's own, to act on.
"""

from __future__ import annotations

import shutil

import pytest

from portal.site import NOW, make_gateway, running
from suyuan.database import Database
from suyuan.kernel.clock import FixedClock, SystemClock


def _site(template, folder, clock):
    path = folder / "suyuan.db"
    shutil.copyfile(template, path)
    database = Database(f"sqlite:///{path}")
    try:
        with running(make_gateway(database, folder, clock)) as found:
            yield found
    finally:
        database.close()


@pytest.fixture(scope="session")
def site(_sqlite_template, tmp_path_factory):
    """A server that all tests look at; its clock stands still."""
    yield from _site(_sqlite_template, tmp_path_factory.mktemp("site"), FixedClock(NOW))


@pytest.fixture
def own_site(_sqlite_template, tmp_path):
    """A server of this test alone; its clock is the machine's."""
    yield from _site(_sqlite_template, tmp_path, SystemClock())


@pytest.fixture
def visit(chromium):
    """visit(site, seat, language="zh", width=1280): a page of a new browser in which this person is signed in
    (None: nobody is); closed after the test. A page that its policy stops from something fails the test.
    """
    contexts, complaints = [], []

    def make(site, seat, language="zh", width=1280, party=1):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, locale="zh-CN" if language == "zh" else "en-GB"
        )
        contexts.append(context)
        cookies = [("suyuan_language", language)]
        if seat is not None:
            cookies.append(site.cookie(seat, party))
        context.add_cookies([{"name": n, "value": v, "url": site.url} for n, v in cookies])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda told: complaints.append(told.text) if _is_wrong(told) else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def _is_wrong(told):
    """An error of a script or a thing that the page's policy forbids; not that an answer was no success."""
    return told.type == "error" and "the server responded with a status of" not in told.text
