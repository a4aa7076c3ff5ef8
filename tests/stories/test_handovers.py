"""A lot goes from farm to carrier to warehouse, which refuses a part: what real contracts say of custody."""

from __future__ import annotations

import pytest

from suyuan import bootstrap
from suyuan.access.model import Scope
from suyuan.config.settings import load
from suyuan.kernel.identity import identify, lot_id
from whole_system import whole_system

LOT = "https://id.gs1.org/01/06901234567892/10/SHRIMP-1"
KEY = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
PHOTO = "0x" + "ab" * 32
PARTIES = {"farm": "producer", "carrier": "carrier", "warehouse": "warehouse"}
HARVEST = {
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-11-01T08:00:00Z",
    "epcisBody": {
        "eventList": [
            {
                "type": "ObjectEvent",
                "action": "ADD",
                "bizStep": "commissioning",
                "eventTime": "2026-11-01T08:00:00Z",
                "eventTimeZoneOffset": "+08:00",
                "quantityList": [{"epcClass": LOT, "quantity": 100, "uom": "KGM"}],
            }
        ]
    },
}


def measurement(*celsius):
    places = ("door", "middle", "front")
    return {
        "line": 1,
        "surface": [{"place": p, "celsius": c} for p, c in zip(places, celsius, strict=True)],
        "instrument": {"id": "T-1", "calibratedUntil": "2099-01-01", "uncertainty": "0.3"},
    }


class Sides:
    """The three companies as their systems call."""

    def __init__(self, whole) -> None:
        self.whole = whole
        self.numbers, self.headers = {}, {}
        for name, role in PARTIES.items():
            party = {"names": {"zh": name}, "identifiers": [f"urn:party:{name}"], "roles": [role]}
            self.numbers[name] = whole.client.post("/api/v1/parties", json=party).json()["number"]
            scopes = (Scope.HANDOVER, Scope.SUBMIT, Scope.READ)
            self.headers[name] = whole.token(self.numbers[name], *scopes)

    def post(self, who, path, **body):
        answer = self.whole.client.post(f"/api/v1{path}", json=body, headers=self.headers[who])
        assert answer.is_success, answer.text
        return answer.json()

    def on_chain(self, uri):
        """(custodian, offered to) as the contract has it."""
        names = {number: name for name, number in self.numbers.items()} | {0: None}
        chain = self.whole.system.connection.chain
        custodian, offered_to, _, _ = chain.lot(lot_id(identify(uri).uri))
        return names[custodian], names[offered_to]


@pytest.fixture(
    scope="module", params=["tester", pytest.param("node", marks=[pytest.mark.node, pytest.mark.slow])]
)
def sides(tmp_path_factory, request):
    """On the EVM in memory, and on the node of the embedded system."""
    folder = tmp_path_factory.mktemp("handovers")
    url = f"sqlite:///{folder / 'suyuan.db'}"
    if request.param == "tester":
        with whole_system(folder, url) as whole:
            yield Sides(whole)
        return
    with bootstrap.embedded_node(load(env_file=None, data_dir=folder / "node", relayer_key=KEY)) as node:
        overrides = {
            "chain_url": node.url,
            "finality": "depth:1",
            "deployments_dir": folder / "deployments",
            "master_key": "11" * 32,
            "receipt_key": "22" * 32,
            "relayer_key": KEY,
        }
        bootstrap.deploy_if_needed(load(env_file=None, data_dir=folder, database_url=url, **overrides))
        with whole_system(folder, url, **overrides) as whole:
            yield Sides(whole)


@pytest.fixture(scope="module")
def played(sides):
    """The whole story, settled on the chain; the handover of the warehouse and the one back."""
    sides.whole.client.post("/api/v1/submissions", json=HARVEST, headers=sides.headers["farm"])
    line = {"lot": LOT, "quantity": "100", "uom": "KGM", "profile": "FZ-QF", "packs": 10}
    first = sides.post("farm", "/handovers", receiver="urn:party:carrier", lines=[line], seal="S-1")
    cold = measurement("-19", "-18.5", "−20")
    sides.post("carrier", f"/handovers/{first['id']}/accept", measurements=[cold])
    second = sides.post("carrier", "/handovers", receiver="urn:party:warehouse", lines=[line])
    sides.post("carrier", f"/handovers/{second['id']}/depart")
    answer = {"line": 1, "accepted": "80", "refused": "15", "missing": "5", "reason": "thawed"}
    answered = sides.post(
        "warehouse",
        f"/handovers/{second['id']}/accept",
        lines=[answer | {"evidence": [PHOTO]}],
        measurements=[cold],
    )
    sides.whole.settle(passes=600)
    return answered


def test_the_contract_gives_custody_to_who_accepted_and_knows_the_part_that_goes_back(sides, played):
    rest = played["outcome"]["lines"][0]["returnLot"]
    assert sides.on_chain(LOT) == ("warehouse", None)
    assert sides.on_chain(rest) == ("warehouse", "carrier")
    sides.post("carrier", f"/handovers/{played['returnedBy']}/accept")
    sides.whole.settle(passes=600)
    assert sides.on_chain(rest) == ("carrier", None)


def test_no_party_was_refused_by_the_ledger_and_the_books_agree_with_it(sides, played):
    for header in sides.headers.values():
        told = sides.whole.client.get("/api/v1/submissions", headers=header).json()["items"]
        assert {each["state"] for each in told} == {"final"}
    assert bootstrap.audit_system(sides.whole.system) == []


def test_the_passport_shows_who_handed_to_whom_and_what_was_measured(sides, played):
    page = sides.whole.client.get(identify(LOT).uri.removeprefix("https://id.gs1.org") + "?lang=zh").text
    assert "-20" in page or "−20" in page
    assert "矛盾" not in page.split("</h1>")[1].split("<h2")[0]


def test_the_custody_of_the_lot_is_told_without_a_hole(sides, played):
    header = sides.headers["farm"]
    line = sides.whole.client.get(f"/api/v1/lots/{LOT.replace('/', '%2F')}/custody", headers=header).json()
    named = [each["party"]["names"]["zh"] for each in line["custody"]]
    assert named == ["farm", "carrier", "warehouse"]
    assert all(each["final"] for each in line["custody"])
