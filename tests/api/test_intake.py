"""What is done where requests arrive, and what beside them."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from journal_world import World, amount, document, made, seen
from suyuan.api.intake import FEW, reaches_far
from suyuan.journal import event_id
from suyuan.journal.model import Limits
from suyuan.journal.submit import read_document
from suyuan.kernel.clock import SystemClock

SSCC = "urn:epc:id:sscc:0614141.1234567890"
#: Seconds that somebody else makes ids for.
BUSY = 3.0


@pytest.fixture
def registrar(registrar, gateway):
    World(gateway.database, clock=SystemClock(), keyring=gateway.keyring).populate()
    return registrar


@pytest.fixture
def busy():
    """Another document is having its ids made."""
    started = threading.Event()
    ended = threading.Event()

    def hold():
        with event_id._one_at_a_time:
            started.set()
            time.sleep(BUSY)
            ended.set()

    holder = threading.Thread(target=hold)
    holder.start()
    started.wait()
    yield ended
    holder.join()


def nameless(number):
    """An event without an id that mentions one elsewhere."""
    return document(made(amount(f"L{number}", 1), **{"example:note": {"eventID": "x"}}))


@pytest.mark.parametrize("query", ["", "&dry_run=true"], ids=["told", "tried"])
def test_pages_are_served_while_many_documents_wait_for_their_ids(registrar, busy, query):
    assert json.dumps(nameless(0)).count('"eventID"') >= json.dumps(nameless(0)).count('"eventTime"')
    with ThreadPoolExecutor(50) as senders:
        sent = [
            senders.submit(registrar.post, f"/api/v1/submissions?as=1{query}", json=nameless(number))
            for number in range(45)
        ]
        time.sleep(0.5)
        assert registrar.get("/healthz").status_code == 200
        assert registrar.get("/readyz").status_code in (200, 503)
        assert not busy.is_set()
        for each in sent:
            assert each.result().status_code in (200, 202), each.result().text


def captured(*events):
    told = json.dumps(document(*events)).encode()
    return read_document(told, Limits(1_000_000, 5_000, 300), SystemClock())


def test_few_events_on_lots_are_written_where_they_arrive():
    assert not reaches_far(captured(*[made(amount(f"L{number}", 1)) for number in range(FEW)]))


def test_what_names_a_container_or_is_much_goes_to_a_thread():
    assert reaches_far(captured(*[made(amount(f"L{number}", 1)) for number in range(FEW + 1)]))
    for uri in (SSCC, "urn:uuid:0196a0b4-6f1e-7c52-9a40-3f6b5d5f1a01"):
        assert reaches_far(captured(seen("shipping", epcList=[uri])))
