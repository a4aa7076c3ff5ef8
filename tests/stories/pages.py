"""A person at the pages, with a browser of his own: what he presses, fills in and reads."""

from __future__ import annotations

import json
import time

from playwright.sync_api import expect

#: Milliseconds: what is waited for comes long before, on an idle machine.
PATIENCE = 300_000
#: For what is on the page already, or one press away.
AT_ONCE = 90_000
PASSWORD = "three quiet orchards by the river"


class AtPages:
    """One person. `no_scripts`: in a browser without JavaScript, where reading anew is done by hand."""

    def __init__(self, chromium, url, *, width=1280, language="zh", no_scripts=False):
        locale = {"zh": "zh-CN", "en": "en-GB"}[language]
        self.url, self.no_scripts = url, no_scripts
        self.context = chromium.new_context(
            viewport={"width": width, "height": 900},
            locale=locale,
            accept_downloads=True,
            java_script_enabled=not no_scripts,
        )
        self.context.add_cookies([{"name": "suyuan_language", "value": language, "url": url}])
        self.page = self.context.new_page()
        self.page.set_default_timeout(AT_ONCE)
        self.complaints = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def close(self):
        self.context.close()
        assert self.complaints == []

    def go(self, path):
        return self.page.goto(self.url + path)

    @property
    def path(self):
        return self.page.url.removeprefix(self.url).partition("?")[0]

    @property
    def text(self):
        return self.page.locator("main").inner_text()

    def press(self, name, within=None):
        (within or self.page).get_by_role("button", name=name, exact=True).click()

    def follow(self, name):
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def reads(self, words):
        """Wait until the page says this."""
        expect(self.page.locator("main")).to_contain_text(words, timeout=PATIENCE)

    def fill(self, fields, within=None):
        """By the ids of fields; files as (name, media type, bytes)."""
        for name, value in fields.items():
            field = (within or self.page).locator(f"[id='{name}']")
            if isinstance(value, tuple):
                names = ("name", "mimeType", "buffer")
                field.set_input_files([dict(zip(names, value, strict=True))])
            elif value is True:
                field.check()
            elif field.evaluate("each => each.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def fetch(self, name):
        """The bytes behind a link that downloads."""
        with self.page.expect_download() as waiting:
            self.page.get_by_role("link", name=name, exact=True).first.click()
        return waiting.value.path().read_bytes()

    def comes_to(self, words):
        """Wait until the clerk has brought the draft so far; without scripts by loading the page anew."""
        until = time.monotonic() + PATIENCE / 1000
        while self.no_scripts and words not in self.text and time.monotonic() < until:
            self.page.reload()
        self.reads(words)

    def sign_in(self, login, way_on=""):
        self.go(f"/sign-in?next={way_on}" if way_on else "/sign-in")
        self.fill({"login": login, "password": PASSWORD})
        self.page.locator("main form button").first.click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def open_account(self, link):
        """By the one-time link that an operator or admin gave."""
        self.page.goto(link)
        self.fill({"password": PASSWORD, "again": PASSWORD})
        self.press("设置密码并登录")
        self.page.wait_for_url(lambda url: "/invitation/" not in url)

    def proves_himself(self, button):
        """Press what needs a proof: say the password, and press again."""
        button().click()
        self.page.wait_for_url("**/prove**")
        self.fill({"password": PASSWORD})
        self.page.locator("main form button").last.click()
        self.page.wait_for_url(lambda url: "/prove" not in url)
        button().click()


class Wallet:
    """An EIP-1193 wallet as pages see it; its key stays here. `says` answers the next call of a method."""

    SCRIPT = """window.ethereum = {request: async ({method, params}) => {
      const told = await window.walletOfTheStory(method, JSON.stringify(params ?? []))
      if (told.error) throw told.error
      return told.result
    }}"""

    def __init__(self, account, chain):
        self.account, self.chain, self.says, self.asked = account, chain, [], []

    def plug_in(self, page):
        page.expose_function("walletOfTheStory", self.answer)
        page.add_init_script(self.SCRIPT)

    def answer(self, method, params):
        self.asked.append(method)
        if self.says and self.says[0][0] == method:
            return self.says.pop(0)[1]
        return {"result": getattr(self, method)(*json.loads(params))}

    def eth_requestAccounts(self):  # noqa: N802 - EIP-1193's own names
        return [self.account.address]

    def eth_chainId(self):  # noqa: N802 - as above
        return hex(self.chain)

    def eth_signTypedData_v4(self, _address, text):  # noqa: N802 - as above
        return self._hex(self.account.sign_typed_data(full_message=json.loads(text)))

    def personal_sign(self, text, _address):
        from eth_account.messages import encode_defunct

        return self._hex(self.account.sign_message(encode_defunct(hexstr=text)))

    @staticmethod
    def _hex(signed):
        return "0x" + bytes(signed.signature).hex()
