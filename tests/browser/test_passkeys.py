"""Who has a passkey signs by it: Chromium's own authenticator answers, and the server checks the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from portal.handed import handed
from portal.site import NOW, make_gateway, running
from portal.told import told
from suyuan.database import Database
from suyuan.kernel.clock import FixedClock

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def own(database_url_of, tmp_path):
    """A server under the name localhost: passkeys are bound to names, not to addresses."""
    database = Database(database_url_of(tmp_path))
    try:
        with running(make_gateway(database, tmp_path, FixedClock(NOW)), [told, handed]) as site:
            url = f"http://localhost:{urlsplit(site.url).port}"
            settings = site.gateway.settings.model_copy(update={"public_url": url})
            site.app.state.gateway = replace(site.gateway, settings=settings)
            yield replace(site, url=url)
    finally:
        database.close()


@pytest.fixture
def database_url_of(_sqlite_template):
    def copied(folder):
        path = folder / "suyuan.db"
        path.write_bytes(_sqlite_template.read_bytes())
        return f"sqlite:///{path}"

    return copied


@pytest.fixture
def page(own, visit):
    """A signer with a passkey whose last proof is eleven minutes old."""
    found = visit(own, "signer", width=360)
    device = found.context.new_cdp_session(found)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    found.goto(f"{own.url}/account")
    found.locator("[data-passkey=new] input").fill("我的手机")
    found.locator("[data-passkey=new] button").click()
    found.get_by_text("我的手机").wait_for()
    own.gateway.clock.advance(timedelta(minutes=11))
    return found


def test_an_act_is_signed_by_passkey_where_a_fresh_proof_is_due(page, own):
    page.goto(f"{own.url}/supplier/handovers/{own.made['outgoing']}/act?act=withdraw")
    assert page.get_by_label("登录密码").input_value() == ""
    page.get_by_role("button", name="用通行密钥确认并签名").click()
    page.get_by_text("交接已撤回。").wait_for()


def test_where_the_passkey_fails_the_page_says_so_and_nothing_is_signed(page, own):
    with own.gateway.database.transaction() as conn:
        conn.exec_driver_sql("UPDATE access_passkeys SET public_key = x'00'")
    where = f"{own.url}/supplier/handovers/{own.made['outgoing']}"
    page.goto(f"{where}/act?act=withdraw")
    page.get_by_role("button", name="用通行密钥确认并签名").click()
    page.get_by_text("通行密钥没有通过").wait_for()
    page.goto(where)
    assert page.get_by_text("已撤回").count() == 0
