"""A gateway around one database and a chain in memory with the real contracts: told, recorded, served."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from fastapi import FastAPI
from starlette.testclient import TestClient

from suyuan.access.model import Caller, Scope
from suyuan.adapters.evm.client import EvmChain
from suyuan.adapters.evm.connect import contract_abis
from suyuan.adapters.evm.contracts import EvmContracts
from suyuan.adapters.evm.deploy import deploy
from suyuan.adapters.evm.policy import parse_policy
from suyuan.adapters.evm.relayer import LocalRelayer
from suyuan.adapters.evm.rpc import RpcError
from suyuan.adapters.evm.tester import MemoryRpc
from suyuan.anchoring.model import Policy
from suyuan.anchoring.ports import ChainUnavailable
from suyuan.anchoring.queries import settled
from suyuan.anchoring.relay import RelayLoop
from suyuan.api import passport, problems
from suyuan.api.edge import Edge
from suyuan.api.gateway import Gateway
from suyuan.bootstrap import identity_of, receipt_signer
from suyuan.catalogue.model import NewProduct
from suyuan.catalogue.register import register_product
from suyuan.config.settings import load
from suyuan.journal.model import Limits
from suyuan.journal.submit import Request, submit_document
from suyuan.kernel.clock import FixedClock
from suyuan.kernel.hashing import keccak256
from suyuan.kernel.ledger import Role
from suyuan.parties.custody import Keyring
from suyuan.parties.model import NewParty, NewSite
from suyuan.parties.register import register_party
from suyuan.parties.signers import StoredSigners
from suyuan.verify import NodeRefused, Trust, Unreachable

NOW = datetime.fromisoformat("2026-11-23T08:00:00+08:00")
GTIN = "06901234567892"
FARM, LAB, CARRIER, STORE = (f"https://id.gs1.org/417/{number}" for number in (
    "6901234000016", "6901234000023", "6901234000030", "6901234000047",
))  # fmt: skip
PLACE = "https://id.gs1.org/414/6901234000016"
_ROLES = {FARM: Role.PRODUCER, LAB: Role.LABORATORY, CARRIER: Role.CARRIER, STORE: Role.RETAILER}
_NAMES = {
    FARM: {"zh": "清湖牧场", "en": "Clear Lake Farm"},
    LAB: {"zh": "华东食品检测中心", "en": "East China Food Laboratory"},
    CARRIER: {"zh": "安达冷链", "en": "Anda Cold-Chain"},
    STORE: {"zh": "晨光生鲜", "en": "Morning Fresh"},
}


class Asking:
    """The verifier's question put to the chain in memory."""

    def __init__(self, rpc):
        self._rpc = rpc

    def ask(self, method, params):
        try:
            return self._rpc.call(method, *params)
        except RpcError as refusal:
            raise NodeRefused(str(refusal)) from refusal
        except ChainUnavailable as silence:
            raise Unreachable(str(silence)) from silence


class RecordedWorld:
    def __init__(self, database, folder):
        self.database = database
        self.clock = FixedClock(NOW)
        settings = load(
            env_file=None, data_dir=folder, chain_url="tester", public_url="https://trace.example.cn"
        )
        deployments = folder / "deployments"
        self.node = MemoryRpc()
        relayer = LocalRelayer(keccak256(b"relayer"))
        self.node.fund(relayer.address)
        policy = parse_policy("depth:1", folder)
        found = deploy(self.node, relayer, policy, deployments)
        self.identity = identity_of(found)
        abis = contract_abis()
        chain = EvmChain(self.node, policy, found.addresses, abis, 0)
        contracts = EvmContracts(found.chain_id, found.addresses, abis)
        keyring = Keyring(bytes(range(32)))
        self.gateway = Gateway(
            settings,
            database,
            self.clock,
            keyring,
            receipt_signer(bytes([7] * 32), self.identity),
            self.identity,
        )
        self.loop = RelayLoop(
            database, chain, contracts, relayer,
            StoredSigners(database, keyring), self.clock, Policy(seal_seconds=0),
        )  # fmt: skip
        app = FastAPI()
        app.state.gateway = self.gateway
        app.include_router(passport.router)
        problems.install(app)
        app.add_middleware(Edge)
        self.client = TestClient(app)
        self.trust = Trust.from_deployment(deployments)
        self.rpc = Asking(self.node)
        self.registrar = Caller("t", "registrar", None, frozenset({Scope.REGISTRAR}))
        with database.transaction() as conn:
            for uri, names in _NAMES.items():
                sites = (NewSite(PLACE, {"zh": "湖州安吉", "en": "Anji, Huzhou"}),) if uri == FARM else ()
                party = NewParty(names, (uri,), _ROLES[uri], sites=sites)
                register_party(conn, self.clock, keyring, party)
            names = {"zh": "安吉散养鸡蛋 30 枚装", "en": "Anji free-range eggs, 30 pcs"}
            register_product(conn, self.clock, NewProduct(names=names, gtin=GTIN))

    def tell(self, party, *events):
        document = {
            "@context": [
                "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
                {"suyuan": "https://suyuan.example/ns/", "ex": "https://example.com/ns/"},
            ],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": NOW.isoformat(),
            "epcisBody": {"eventList": list(events)},
        }
        request = Request(self.registrar, json.dumps(document, ensure_ascii=False).encode(), party)
        with self.database.transaction() as conn:
            signer = self.gateway.receipt_signer
            return submit_document(conn, self.clock, request, Limits(), signer).answer

    def record(self, passes=40):
        for _ in range(passes):
            self.loop.pass_once()
            self.clock.advance(timedelta(seconds=1))
            with self.database.reading() as conn:
                if settled(conn):
                    return
        raise AssertionError("the chain did not take everything")

    def lose_chain(self):
        """Another chain answers at the same address, with nothing on it."""
        self.node._ask = MemoryRpc()._ask

    def get(self, path, **headers):
        return self.client.get(
            path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )


def event(hours, step, uri, **members):
    return {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "eventTime": (NOW - timedelta(hours=hours)).isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": "+08:00",
        "bizStep": step,
        "readPoint": {"id": PLACE},
        "quantityList": [{"epcClass": uri, "quantity": 480, "uom": "KGM"}],
        **members,
    }


def handed(hours, step, uri, source, destination):
    return event(
        hours, step, uri,
        sourceList=[{"type": "owning_party", "source": source}],
        destinationList=[{"type": "owning_party", "destination": destination}],
    )  # fmt: skip


def lot(name):
    return f"https://id.gs1.org/01/{GTIN}/10/{name}"


def tell_whole_story(world, name="M2611-07", *, one_by_one=False):
    """Produced, tested, handed over and accepted; in one transaction, or each step in its own."""
    uri = lot(name)
    for party, step in whole_story(uri):
        world.tell(party, step)
        if one_by_one:
            world.record()
    return uri


def whole_story(uri):
    """(party, event) in the order they happened."""
    secret = {"ex:price": "7.20", "suyuan:confidential": ["/ex:price"]}
    report = [{"type": "testres", "bizTransaction": "urn:x:report:1"}]
    return (
        (FARM, event(40, "commissioning", uri, action="ADD", **secret)),
        (LAB, event(30, "inspecting", uri, bizTransactionList=report)),
        (FARM, handed(20, "shipping", uri, FARM, STORE)),
        (STORE, handed(10, "receiving", uri, FARM, STORE)),
    )
