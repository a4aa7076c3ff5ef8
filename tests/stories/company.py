"""What people of a supplier, of the platform, of a carrier and a warehouse do at the pages, step by step."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import httpx
from playwright.sync_api import expect

from file_samples import jpeg, pdf
from stories.faulty_sheet import GTIN, HEADER_ROWS, NOWHERE, TODAY, YESTERDAY, lot_name
from stories.pages import PASSWORD, PATIENCE
from stories.running import RunningSystem
from suyuan import bootstrap
from suyuan.config.settings import load
from suyuan.demo.numbers import gln
from suyuan.kernel.hashing import from_hex, leaf_hash
from suyuan.kernel.identity import identify, lot_id
from suyuan.kernel.merkle import verify_inclusion
from suyuan.kernel.typed_data import Receipt, address_of, receipt_digest, recover

SITE = gln(501)
CODE = "91310112087994932F"
SC = "SC11331011200011"
NAME = "晨露桃园食品有限公司"
LOGIN = "limei@example.com"


def lot_uri(number):
    return f"https://id.gs1.org/01/{GTIN}/10/{lot_name(number)}"


@dataclass(frozen=True)
class Platform:
    """The running system as its operator uses it."""

    system: RunningSystem

    def call(self, method, path, **body):
        """An answer to the operator's token."""
        token = json.loads((self.system.data / "operator.json").read_text())["token"]
        answer = httpx.request(
            method,
            f"{self.system.url}/api/v1{path}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
            trust_env=False,
            **body,
        )
        assert answer.is_success, answer.text
        return answer.json()

    def register_product(self):
        names = {"zh": "阳山水蜜桃", "en": "Yangshan honey peach"}
        self.call("POST", "/products", json={"gtin": GTIN, "names": names})

    def receipt_address(self):
        return address_of(bytes.fromhex((self.system.data / "keys" / "receipt").read_text().strip()))

    def settled_custody(self, uri):
        """The numbers of those who had the lot, once the chain has all of it."""
        until = time.monotonic() + PATIENCE / 1000
        while True:
            line = self.call("GET", f"/lots/{quote(uri, safe='')}/custody")["custody"]
            if all(each["final"] for each in line) or time.monotonic() > until:
                assert all(each["final"] for each in line), line
                return [each["party"]["number"] for each in line]
            time.sleep(0.5)

    def invitation(self, login, name, seats, party=None):
        options = ["--seats", seats, "--name", name]
        if party is not None:
            options += ["--party", party]
        return self.system.suyuan("account", "add", login, *options).strip()

    def partner(self, number, name, role):
        identifier = f"https://id.gs1.org/417/{gln(number)}"
        options = ["--role", role, "--zh", name, "--json"]
        return self.system.json("party", "add", identifier, *options)["number"]

    def on_chain(self, uri):
        """(custodian, offered to) as the contract has it."""
        settings = load(env_file=None, data_dir=self.system.data)
        connection = bootstrap.connect(bootstrap.chain_settings(settings, bootstrap.keys_of(settings)))
        custodian, offered_to, _, _ = connection.chain.lot(lot_id(identify(uri).uri))
        return custodian, offered_to


def applies(at):
    """A new firm, from the first page of its application to the last."""
    at.go("/apply")
    at.fill({"name": "李梅", "login": LOGIN, "password": PASSWORD})
    at.press("创建账号并开始填写")
    at.fill({"names-zh": NAME, "creditCode": CODE, "role-producer": True, "role-processor": True})
    at.press("保存并继续")
    at.reads("已保存。")
    at.fill({"contact-name": "李梅", "contact-phone": "13800138000"})
    at.fill(
        {"sites-0-names-zh": "阳山一号桃园", "sites-0-address": "江苏省无锡市惠山区", "sites-0-gln": SITE}
    )
    at.press("保存并继续")
    bureau = "上海市市场监督管理局"
    until = (TODAY + timedelta(days=500)).isoformat()
    licence = {"kind": "business-licence", "number": CODE, "issuer": bureau, "validFrom": "2020-01-01"}
    at.fill(licence | {"file": ("营业执照.pdf", "application/pdf", pdf("business licence"))})
    at.press("添加文件")
    at.reads("文件已添加。")
    permit = {"kind": "production-licence", "number": SC, "issuer": bureau, "validFrom": "2024-05-01"}
    permit |= {"validUntil": until, "file": ("生产许可证.pdf", "application/pdf", pdf("production licence"))}
    at.fill(permit)
    at.press("添加文件")
    at.reads(SC)
    at.follow("去核对")
    at.reads("没有发现问题，可以提交。")
    at.press("提交申请")
    at.reads("审核中")


def approves(at):
    """The registrar looks at the one case that waits, and approves it."""
    at.go("/admin/applications")
    at.follow(NAME)
    at.reads("0 项不通过")
    assert at.fetch("营业执照.pdf") == pdf("business licence")
    at.page.locator("summary", has_text="通过").and_(at.page.get_by_text("通过", exact=True)).click()
    at.press("确认通过")
    at.reads("已通过，企业登记正在上链。")


def uploads(at, name, data):
    """Hand in a workbook; returns the path of its draft."""
    at.go("/supplier/upload")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    at.fill({"file": (name, kind, data)})
    at.page.locator("main form button").first.click()
    at.page.wait_for_url("**/supplier/drafts/**")
    return at.path


def mends(at, rows):
    """Put all twelve right: one correction for three rows, one for a column, a choice, the rest by cells."""
    at.comes_to("先改这些")
    group = at.page.locator(".groups > li", has_text=NOWHERE)
    group.get_by_label("改成").fill(SITE)
    at.press("应用到全部 3 行", within=group)
    at.reads("已应用到所有相同问题的行。")
    expect(at.page.locator(".groups > li", has_text=NOWHERE)).to_have_count(0, timeout=PATIENCE)
    at.press("采纳「产品条码 GTIN」列的这类建议")
    expect(at.page.locator(".groups > li", has_text="产品条码 GTIN")).to_have_count(0, timeout=PATIENCE)
    day = at.page.locator(".groups > li", has_text="3/4/2026")
    expect(day.get_by_role("button", name="采纳")).to_have_count(0)
    at.press("2026-03-04", within=day)
    expect(day).to_have_count(0, timeout=PATIENCE)
    right = [YESTERDAY, "120", "箱", "T41", lot_name(rows[10] - HEADER_ROWS), "T1B"]
    columns = ["date", "quantity", "unit", "lot", "lot", "lot"]
    for row, column, text in zip(rows[6:], columns, right, strict=True):
        at.page.locator(f"input[name^='cell-'][name$='-{row}-{column}']").fill(text)
    at.press("保存并重新检查")
    at.comes_to("签名前请核对")


def signs(at, button):
    """Sign what the page shows, saying the password anew."""
    at.proves_himself(lambda: at.page.locator("section.sign").get_by_role("button", name=button))
    at.comes_to("下载回执")


def checks_receipt(receipt, rows):
    """Every submission of it is signed by the operator, and its document hangs under the root that was
    signed; returns the submissions with their signers.
    """
    assert receipt["rows"] == rows
    root, size = from_hex(receipt["root"]), len(receipt["documents"])
    found = []
    for document in receipt["documents"]:
        leaf = leaf_hash(from_hex(document["hash"]))
        path = [from_hex(each) for each in document["path"]]
        assert verify_inclusion(leaf, document["number"], size, path, root)
        for submission in document["submissions"]:
            promise = submission["receipt"]
            assert promise["documentHash"] == document["hash"]
            assert signer_of(promise) == promise["signer"]
            found.append((submission["id"], promise["signer"]))
    return found


def signer_of(promise):
    told = Receipt(
        submission=promise["submission"],
        party=promise["party"],
        document_hash=from_hex(promise["documentHash"]),
        entries_hash=from_hex(promise["entriesHash"]),
        received_at=promise["receivedAt"],
        position=promise["position"],
    )
    digest = receipt_digest(promise["chainId"], promise["ledger"], told)
    return recover(digest, from_hex(promise["signature"], 65))


def sees_final(at, submissions):
    """Each submission's page comes to its last step by itself."""
    for identifier in submissions:
        at.go(f"/supplier/submissions/{identifier}")
        expect(at.page.locator("#state")).to_contain_text("并且不可逆转", timeout=PATIENCE)


def sees_final_lot(at, number):
    """The lot is in the list, with a passport that shows it."""
    at.go(f"/supplier/lots?q={lot_name(number)}")
    at.page.locator("tbody a").first.click()
    expect(at.page.locator("tbody")).to_contain_text("已最终确认", timeout=PATIENCE)
    at.follow("查看消费者看到的页面")


def offers(at, number, receiver, quantity):
    """Hand a lot over from its own page; returns the path of the handover."""
    at.go(f"/supplier/lots?which=held&q={lot_name(number)}")
    at.page.locator("tbody a").first.click()
    at.follow("发起交接")
    expect(at.page.locator("#take1")).to_be_checked(timeout=PATIENCE)
    at.fill({"receiver": str(receiver), "q1": quantity, "packs1": "10", "profile1": "FR-BER", "seal": "F-77"})
    at.press("核对并签名")
    at.reads("交出货物，请签名")


def custodial_signature(at, said):
    at.press("确认并签名")
    at.reads(said)


def measures(at, **answer):
    """The receiver's form: three temperatures, instrument, packs, seal, and a photo."""
    cold = {"t1_door": "2.5", "t1_middle": "2", "t1_front": "1.5", "instrument": "T-9"}
    cold |= {"calibrated": "2099-01-01", "uncertainty": "0.3", "p1": "10", "s1": "F-77", "scan1": "yes"}
    cold |= {"exposure": "5", "vehicle": "good", "packaging": "good"}
    at.fill(cold | answer | {"photos": ("交接.jpg", "image/jpeg", jpeg())})
    at.press("按以上数量接收")
    at.reads("接收货物，请签名")


def partners(platform, carrier, warehouse):
    """A carrier and a warehouse are registered, and their people open their accounts; their numbers."""
    found = []
    for place, (at, name, role) in enumerate(
        ((carrier, "顺通冷链运输有限公司", "carrier"), (warehouse, "虹桥冷藏仓储有限公司", "warehouse"))
    ):
        number = platform.partner(600 + place, name, role)
        link = platform.invitation(f"1380013801{place}", f"{role} 王强", "signer", number)
        at.open_account(link)
        found.append(number)
    return found


def opens_first_task(at, words):
    at.go("/supplier")
    at.page.locator("#todo a", has_text=words).first.click()
    at.page.wait_for_url("**/supplier/handovers/**")


def takes_back(at):
    """The sender of goods that were refused in part takes the refused ones back."""
    at.follow("收回退货")
    at.reads("接收货物，请签名")
    custodial_signature(at, "验收结果已签名保存。")


def key_in_use(at, address):
    """The party's own key is on the chain, and the one that the platform kept is out of use."""
    until = time.monotonic() + PATIENCE / 1000

    while time.monotonic() < until:
        at.go("/supplier/keys")
        rows = at.page.locator("tbody tr")
        told = {row.locator("code").inner_text(): row.inner_text() for row in rows.all()}
        others = [text for found, text in told.items() if found != address]
        if "使用中" in told.get(address, "") and all("已停用" in each for each in others):
            return
        time.sleep(0.5)
    raise AssertionError(told)
