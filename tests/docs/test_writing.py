"""The page on writing one's own: its files are right, and do what it says."""

import re
from pathlib import Path

from sandbox.spec.lint import lint
from tests.support.sandboxes import Tenant, in_process, open_sandbox

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/writing.md").read_text(encoding="utf-8")
FILES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_its_files_are_clean_and_played(tmp_path: Path) -> None:
    scenario, supplier = FILES
    for name, text in (("MY_DELAY", scenario), ("MYFIBRE", supplier)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    assert lint([tmp_path]) == []
    sandbox = open_sandbox(tmp_path)
    try:
        tenant = Tenant(in_process(sandbox)).sign_in()
        for path, text in (("scenarios/MY_DELAY", scenario), ("suppliers/MYFIBRE", supplier)):
            headers = {"Content-Type": "application/yaml"}
            status, answer = tenant.call("PUT", f"/_sandbox/{path}", headers=headers, data=text.encode())
            assert status == 200, answer
        played = tenant.place("MY_DELAY", "MYFIBRE")
        soon = {**tenant.order_body("MYFIBRE"), "requestedCompletionDate": "2027-01-15"}
        refused = tenant.post("/v1/service-orders", soon)
        tenant.drain()
        assert ("DELAY", "HELD") in tenant.told(played["id"])
        assert [tenant.order(each["id"])["status"] for each in (played, refused)] == ["COMPLETED", "REJECTED"]
    finally:
        sandbox.close()
