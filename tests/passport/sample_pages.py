"""Hand-made lot pages, so that wording and looks are tested without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from suyuan.kernel.ledger import Kind
from suyuan.passport.gaps import find_gaps
from suyuan.passport.model import (
    ChainFacts,
    Discord,
    Family,
    Figures,
    Handed,
    LotPage,
    Product,
    Recorded,
    Relative,
    Result,
    ResultItem,
    Step,
    Vouch,
    Who,
)  # fmt: skip

CHINA = timezone(timedelta(hours=8))
FARM = Who(1, {"zh": "清湖牧场", "en": "Clear Lake Farm"}, "PRODUCER")
LAB = Who(2, {"zh": "华东食品检测中心", "en": "East China Food Laboratory"}, "LABORATORY")
CARRIER = Who(3, {"zh": "安达冷链物流有限公司", "en": "Anda Cold-Chain Logistics"}, "CARRIER")
STORE = Who(4, {"zh": "晨光生鲜杭州一号仓", "en": "Morning Fresh, Hangzhou No. 1"}, "WAREHOUSE")
START = datetime(2026, 11, 18, 6, 40, tzinfo=CHINA)


def step(
    number, kind, party, biz_step, *, counterparty=None, vouch=Vouch.SELF, state="final", hours=None, **more
):
    happened = START + timedelta(hours=7 * number if hours is None else hours)
    recorded = None
    if state == "final":
        recorded = Recorded(
            "0x" + f"{number + 11:064x}".replace("0", "a"), 120 + number,
            happened.astimezone(UTC) + timedelta(minutes=3 + number),
            number + 1, number, more.pop("in_custody", True),
        )  # fmt: skip
    facts = {
        "place": {"zh": "浙江省湖州市安吉县", "en": "Anji, Huzhou, Zhejiang"},
        "amounts": (("480", "KGM"),),
        "event_hash": "0x" + f"{number + 77:064x}".replace("0", "c"),
        "event_id": f"ni:///sha-256;{number + 5:064x}?ver=CBV2.0",
    } | more
    return Step(
        kind, biz_step, happened, party, counterparty, vouch=vouch, state=state, recorded=recorded, **facts
    )


STEPS = (
    step(0, Kind.PRODUCED, FARM, "commissioning"),
    step(1, Kind.TESTED, LAB, "inspecting", vouch=Vouch.INDEPENDENT, in_custody=False, amounts=(), hidden=1),
    step(2, Kind.OFFERED, FARM, "shipping", counterparty=CARRIER, vouch=Vouch.BOTH),
    step(3, Kind.ACCEPTED, CARRIER, "receiving", counterparty=FARM, vouch=Vouch.BOTH),
    step(4, Kind.COLD_CHAIN, CARRIER, "sensor_reporting", amounts=(), temperature=(2.1, 5.4), alarm=True),
    step(5, Kind.OFFERED, CARRIER, "shipping", counterparty=STORE, vouch=Vouch.BOTH),
    step(6, Kind.ACCEPTED, STORE, "receiving", counterparty=CARRIER, vouch=Vouch.BOTH,
         place={"zh": "杭州市余杭区仓前街道", "en": "Cangqian, Yuhang, Hangzhou"}),
)  # fmt: skip

VERIFIED = LotPage(
    uri="https://id.gs1.org/01/06901234567892/10/M2611-07",
    path="/01/06901234567892/10/M2611-07",
    gtin="06901234567892",
    lot="M2611-07",
    lot_id="0x" + "5e" * 32,
    product=Product({"zh": "安吉散养鸡蛋 30 枚装", "en": "Anji free-range eggs, 30 pcs"}, anchored=True),
    steps=STEPS,
    discords=(),
    family=Family(
        parents=(
            Relative("urn:x", "F-0917", {"zh": "散养蛋鸡群 17 号", "en": "Free-range flock 17"}, "/lot/x"),
        ),
    ),
    custodian=STORE,
    offered_to=None,
    chain=ChainFacts(31337, "0x5FbDB2315678afecb367f032d93F642f64180aa3", demo=True),
    as_of=(131, datetime(2026, 11, 20, 2, 5, tzinfo=UTC)),
    gaps=find_gaps(STEPS, has_temperature=True),
)

_WAITING = step(7, Kind.OFFERED, STORE, "shipping", counterparty=FARM, state="submitted")
PENDING = replace(VERIFIED, steps=(*STEPS, _WAITING), offered_to=FARM)

_HANDED = Handed(
    receiver=Figures("1200.5", "1180", "12.5", "8", "KGM", "seal_broken"),
    sender=Figures("1200.5", "1180", "20.5", "0", "KGM"),
    agrees=False,
    limit="0…4 ℃",
    rules=(
        ("conditional", ("HA6",)),
        ("warn", ("HA13",)),
        ("pass", ("HA1", "HA5", "HA8", "HA14", "HA15")),
        ("not_measured", ("HA2", "HA3", "HA4", "HA7", "HA9", "HA10", "HA11", "HA12")),
    ),
)
_PATCHY = (
    replace(STEPS[0], kind=Kind.INTRODUCED, biz_step="urn:gdst:bizStep:landing"),
    step(1, Kind.RECEIVED, STORE, "receiving", counterparty=FARM, in_custody=False),
    step(2, Kind.PACKED, CARRIER, "packing", in_custody=False, corrected=True, corrected_at=3),
    step(3, Kind.CORRECTED, CARRIER, "packing", in_custody=False, declared="incorrect_data"),
    step(4, Kind.ACCEPTED, STORE, "accepting", counterparty=CARRIER, temperature=(3.4, 4.6), handed=_HANDED),
    step(5, Kind.SOLD, STORE, "retail_selling", state="rejected", refusal="NotCustodian(4, 1)"),
)
GAPS = replace(VERIFIED, steps=_PATCHY, gaps=find_gaps(_PATCHY, has_temperature=False), product=None)
_TEST = Result(
    1, LAB, Vouch.INDEPENDENT, True, "SP2026-01873", "GB 2763-2021", ("CMA 231100050123", "CNAS L1234"),
    "0x" + "ab" * 32, True, "fail",
    (
        ResultItem("恩诺沙星（以恩诺沙星与环丙沙星之和计）", "112 μg/kg", "≤ 100", "fail", contradicts=True),
        ResultItem("氟苯尼考", "未检出 μg/kg", "", "pass"),
        ResultItem("菌落总数", "1200 CFU/g", "≤ 100000", "none"),
    ),
    more=3,
)  # fmt: skip
_CHECK = Result(
    6, STORE, Vouch.SELF, False, "IQC-1120", "", (), "", False, "pass",
    (ResultItem("感官", "正常", "", "pass"),), corrects="x", old=True,
)  # fmt: skip
CONTRADICTION = replace(
    GAPS,
    results=(_TEST, _CHECK),
    discords=(
        Discord("transformation.heavier", {"uom": "KGM", "inputs": "480", "outputs": "512.5"}, 2),
        Discord("lot.overdrawn", {"uom": "", "used": "40", "known": "36"}, None),
    ),
    product=VERIFIED.product,
)
EMPTY = replace(VERIFIED, steps=(), gaps=(), custodian=None)
DOUBTED = replace(VERIFIED, doubt=("chain_lost", START.astimezone(UTC)))
BROKEN = replace(VERIFIED, broken="entry 1: hash")

ALL = {
    "verified": VERIFIED, "pending": PENDING, "gaps": GAPS, "contradiction": CONTRADICTION,
    "empty": EMPTY, "broken": BROKEN, "doubted": DOUBTED,
}  # fmt: skip
