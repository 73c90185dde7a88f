"""A tenant as the benchmark needs one: signs in, knows an order to send, and steers its world."""

import http.client
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

SUPPLIER = "CEDAR"  # needs no appointment, so an order is one call
LONGEST = 120  # seconds that one call may take: a drain answers after thirty
PAGE = 200
INDEPENDENT = 20  # of the first premises of the book


@dataclass
class Tenant:
    """One tenant, on one connection that is kept open."""

    port: int
    client_id: str
    _connection: http.client.HTTPConnection = field(init=False)
    _token: str = ""

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        credentials = {"client_id": self.client_id, "client_secret": f"{self.client_id}-secret"}
        form = urlencode({"grant_type": "client_credentials", **credentials}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self._token = self._call("POST", "/v1/auth/tenant/access-token", headers, form)["access_token"]

    def get(self, path: str) -> Any:
        """The body of a GET."""
        return self._call("GET", path, self.headers(), None)

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """The body of a call that sends one."""
        return self._call(method, path, self.headers(), b"" if body is None else json.dumps(body).encode())

    def headers(self, scenario: str | None = None, kci_delay: int | None = None) -> dict[str, str]:
        """The headers of a call, but for its X-Request-ID; `kci_delay` in seconds of the world."""
        chosen = {"X-Scenario": scenario, "X-Kci-Delay": None if kci_delay is None else str(kci_delay)}
        return {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "X-Conversation-ID": "benchmark",
            **{name: value for name, value in chosen.items() if value is not None},
        }

    def orders(self) -> list[dict[str, Any]]:
        """An order for each independent address that the supplier serves: others may have behaviours of their own."""
        premises = self.get("/_sandbox/addresses")["items"][:INDEPENDENT]
        supplier = next(each for each in self.get("/_sandbox/suppliers")["items"] if each["code"] == SUPPLIER)
        specification = supplier["specifications"][0]
        return [
            {
                "orderType": "NEW",
                "supplier": SUPPLIER,
                "address": {name: each["identifier"][name] for name in ("id", "type")},
                "serviceOrderItem": {
                    "serviceSpecification": {"id": specification["id"]},
                    "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": specification["lineProfiles"][0]}],
                },
                "primaryContact": {"name": "Morgan Ellery", "phoneNumber": "01632 960123"},
                "secondaryContact": {"name": "Ashley Penrose", "phoneNumber": "07700 900123"},
                "notes": "The side door; the bell does not work.",
            }
            for each in premises
            if SUPPLIER in each["suppliers"]
        ]

    def kcis(self, after: str = "0") -> tuple[int, str]:
        """How many KCIs the mailbox has after a cursor, and the cursor of the last one."""
        count = 0
        while items := (page := self.get(f"/_sandbox/inbox?after={after}"))["items"]:
            count, after = count + len(items), page["next"]
        return count, after

    def _call(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Any:
        self._connection.request(method, path, body, {"X-Request-ID": "benchmark", **headers})
        response = self._connection.getresponse()
        content = response.read()
        self._connection.close()  # the next call may come when the server has long given this one up
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {content.decode()}")
        return json.loads(content) if content else None
