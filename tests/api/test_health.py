from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from suyuan.anchoring import heartbeats
from suyuan.anchoring.identify import begin


def families(client):
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {family.name: family for family in text_string_to_metric_families(answer.text)}


def value(family):
    return family.samples[0].value


def test_a_living_process_says_so_without_asking_anybody(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_a_gateway_without_chain_and_worker_says_everything_that_is_missing(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/chain", "/worker"}


def test_a_gateway_whose_worker_met_the_same_chain_is_ready(client, gateway):
    with gateway.database.transaction() as conn:
        begin(conn, gateway.clock, gateway.identity, 1, None)
        heartbeats.beat(conn, gateway.clock, "worker 1", {"relayer": "0x", "balance": "2000000000000000000"})
    assert client.get("/readyz").status_code == 200
    found = families(client)
    assert value(found["suyuan_relayer_balance_ether"]) == 2
    assert value(found["suyuan_worker_heartbeat_age_seconds"]) < 60


def test_figures_are_there_before_anything_was_recorded(client):
    found = families(client)
    assert found["suyuan_entries"].samples[0].name == "suyuan_entries_total"
    assert value(found["suyuan_entries"]) == 0
    assert value(found["suyuan_oldest_pending_age_seconds"]) == 0
    states = {sample.labels["state"] for sample in found["suyuan_operations"].samples}
    assert states == {"received", "signed", "submitted", "mined", "final", "rejected"}


def test_requests_are_counted_by_route_and_not_by_address(client):
    client.get("/healthz")
    client.get("/nothing/at/all")
    client.request("INVENTED", "/healthz")
    samples = {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"])
        for sample in families(client)["suyuan_http_requests"].samples
        if sample.name.endswith("_total")
    }
    assert ("GET", "/healthz", "200") in samples
    assert ("GET", "none", "404") in samples
    assert ("other", "/healthz", "405") in samples
