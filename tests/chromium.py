"""The fixture `chromium`: a headless browser for tests of pages."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import Error, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


@pytest.fixture(scope="module")
def chromium():
    """A browser, for one file of tests: while it is open, an event loop runs in this thread, and a test of
    another file could start none of its own.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(executable_path=program, args=FLAGS)
        except Error as reason:
            pytest.skip(f"Chromium does not start: {reason.message}")
        yield found
        found.close()
