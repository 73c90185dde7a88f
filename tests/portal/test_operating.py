"""What those who run the sandbox look at: whether it is ready, and its figures."""

from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client

from sandbox.app import Sandbox
from sandbox.store.store import Unavailable
from sandbox.world.clock import ManualClock
from tests.support.sandboxes import START, Tenant, in_process


def figures(sandbox: Sandbox) -> dict[str, float]:
    """Every sample by its name and labels, as Prometheus reads them."""
    answer = Client(sandbox.app).get("/_sandbox/metrics")
    assert answer.status_code == 200
    families = list(text_string_to_metric_families(answer.text))
    samples = [sample for family in families for sample in family.samples]
    return {" ".join([each.name, *each.labels.values()]): each.value for each in samples}


def test_it_is_ready_while_its_database_answers(sandbox: Sandbox) -> None:
    send = in_process(sandbox)
    assert send("GET", "/_sandbox/ready")[1]["status"] == "ok"
    store = sandbox.parts.store

    def query(_work: object) -> None:
        raise Unavailable("gone")

    vars(store)["query"] = query
    status, body = send("GET", "/_sandbox/ready")
    assert (status, body["code"]) == (503, "GATEWAY_FAULT")
    assert send("GET", "/_sandbox/health")[0] == 200
    assert "sandbox_lanes_waiting" not in figures(sandbox)


def test_the_figures_say_what_waits_and_how_late_it_is(sandbox: Sandbox, tenant: Tenant) -> None:
    """Nothing is played here, so an order's sending is late by as much as the clock goes on."""
    tenant.place("ORDER_ACKNOWLEDGED", "CEDAR")
    assert isinstance(sandbox.parts.clock, ManualClock)
    sandbox.parts.clock.at = START + 7_000
    seen = figures(sandbox)
    assert (seen["sandbox_lanes_waiting"], seen["sandbox_lateness_seconds"]) == (1, 7)


def test_the_figures_count_what_was_played_and_answered(sandbox: Sandbox, tenant: Tenant) -> None:
    before = figures(sandbox)
    tenant.place("ORDER_ACKNOWLEDGED", "CEDAR")
    tenant.drain()
    seen = figures(sandbox)
    assert seen["sandbox_jobs_played_total beat settled"] == before.get("sandbox_jobs_played_total beat settled", 0) + 1
    assert seen["sandbox_answers_total 201"] == before.get("sandbox_answers_total 201", 0) + 1


def test_the_figures_name_no_tenant(sandbox: Sandbox, tenant: Tenant) -> None:
    tenant.place("ORDER_ACKNOWLEDGED", "CEDAR")
    assert not [name for name in figures(sandbox) if "TENANT1" in name.upper()]


def test_the_figures_count_the_faults_that_struck(sandbox: Sandbox, tenant: Tenant) -> None:
    before = figures(sandbox).get("sandbox_faults_total answer tenant", 0)
    tenant.post("/_sandbox/faults", {"nth": 2, "do": {"kind": "answer", "status": 502}})
    for _ in range(3):
        tenant.call("GET", "/v1/service-orders/1")
    assert figures(sandbox)["sandbox_faults_total answer tenant"] == before + 1
