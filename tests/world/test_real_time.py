"""The nine scenarios as time goes by: served, with short delays, pushed and in the mailbox; nobody moves a clock."""

from collections import defaultdict
from operator import itemgetter
from pathlib import Path

from tests.support.processes import over_http, served
from tests.support.sandboxes import Tenant, kind_of
from tests.support.sink import open_sink
from tests.test_main_job import AFTER_UPDATE, NEEDS_A_DIARY

CASES = [
    (scenario, supplier)
    for scenario in sorted(AFTER_UPDATE)
    for supplier in ("ALDER", "BIRCH", "CEDAR")
    if supplier != "CEDAR" or scenario not in NEEDS_A_DIARY
]


def test_every_scenario_gives_its_sequence_in_real_time(tmp_path: Path) -> None:
    """All of them at once, with no time or a second between KCIs, at every supplier that they fit."""
    expected, tried = {}, ""
    with served(tmp_path) as url, open_sink() as sink:
        tenant = Tenant(over_http(url)).sign_in()
        tenant.call("PUT", "/_sandbox/callback", json={"url": sink.url})
        for number, (scenario, supplier) in enumerate(sorted(CASES, key=itemgetter(1))):
            if supplier != tried:
                tenant.sign_in()  # with the whole address book again: a line at one supplier is none at another
            tried = supplier
            order = tenant.place(scenario, supplier, X_Kci_Delay=str(number % 2))
            expected[order["id"]] = [("UPDATE", "SENT_TO_SUPPLIER"), *AFTER_UPDATE[scenario]]
        taken = sink.wait_for(sum(map(len, expected.values())), 60)
        told = {order: tenant.told(order) for order in expected}
        delivered = {update["deliveryStatus"] for order in expected for update in tenant.order(order)["updates"]}
    pushed = defaultdict(list)
    for each in taken:
        pushed[each.kci["entity"]["id"]].append(kind_of(each.kci))
    assert pushed == told == expected
    assert delivered <= {"DELIVERED", "PENDING"}  # the last answers may still be on their way
