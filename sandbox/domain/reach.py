"""Where the sandbox may go when somebody else names the place: callbacks, partners' suppliers, token endpoints.

Only public addresses may be reached, so that nobody uses the sandbox to look into the network that it stands in. In
local mode, where the sandbox serves its own machine alone, that machine may be reached too, and without TLS.
"""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

_ADDRESSES = {
    ip_network(network): called
    for called, networks in {
        "unspecified": ("0.0.0.0/8",),
        "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
        "shared between customers of a provider": ("100.64.0.0/10",),
        "loopback": ("127.0.0.0/8",),
        "link-local": ("169.254.0.0/16",),
        "set aside for protocols": ("192.0.0.0/24", "192.88.99.0/24", "2001::/23"),
        "for documentation": ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),
        "for benchmarks": ("198.18.0.0/15",),
        "of a cloud's own services": ("168.63.129.16/32",),
        "multicast": ("224.0.0.0/4",),
        "reserved": ("240.0.0.0/4",),
        "a tunnel to an IPv4 address": ("2002::/16",),
    }.items()
    for network in networks
}
_PUBLIC_V6 = ip_network("2000::/3")  # nothing outside it is public: loopback, link-local, mapped, NAT64, multicast, ...

# Below 1024 everything but the web's own; above, what speaks something else, and would take a request for a command.
_WEB_PORTS = (80, 443)
_OTHER_PORTS = frozenset({
    1719, 1720, 1723, 2049, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5900, 6000, 6379, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 9200, 10080, 11211, 27017,
})  # fmt: skip

_WRITTEN = re.compile(r"[!#-;=?-\[\]_a-z~]+")  # of ASCII what a URL may hold: no blanks, quotes, backslashes, braces
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
_LONGEST_NAME = 253


@lru_cache(maxsize=1024)
def fault_of_url(url: str, *, local: bool) -> str | None:
    """Why nothing may be sent to this URL, as far as it tells by itself; None when that is for its address to tell."""
    try:
        parts = urlsplit(url) if _WRITTEN.fullmatch(url) else urlsplit("")
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
        return "send a whole URL that begins with http:// or https://, without a fragment"
    if "@" in parts.netloc:
        return "a URL with credentials in it is not taken: there is a member of its own for them"
    if parts.scheme == "http" and not local:
        return "send a URL that begins with https://"
    if port is not None and not local and not _is_for_the_web(port):
        return f"port {port} is not for the web: take 443, 80, or one above 1023 that serves nothing else by custom"
    return _fault_of_host(parts, local=local)


def _is_for_the_web(port: int) -> bool:
    return port in _WEB_PORTS or (port > 1023 and port not in _OTHER_PORTS)


def _fault_of_host(parts: SplitResult, *, local: bool) -> str | None:
    host = parts.hostname or ""
    if "[" in parts.netloc:
        return fault_of_address(host, local=local)
    if _NUMBER.fullmatch(host.rpartition(".")[2]):  # then every part of it is read as a number, by some in base 8 or 16
        try:
            IPv4Address(host)
        except ValueError:
            return "write the address in four decimal numbers, or send the host's name"
        return fault_of_address(host, local=local)
    if len(host) > _LONGEST_NAME or not _NAME.fullmatch(host):
        return "the host is not a name of letters, digits and dashes: write others in their ASCII form, xn--"
    if not local and f".{host}".endswith(".localhost"):
        return _refused("loopback")
    return None


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL that has no fault."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def is_own_machine(url: str) -> bool:
    """Whether a URL that has no fault names this machine, without asking anybody where its host lies."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return f".{host}".endswith(".localhost")


def fault_of_address(address: str, *, local: bool) -> str | None:
    """Why nothing may be sent to this IP address."""
    try:
        found = ip_address(address)
    except ValueError:
        return "the host is not an address that can be read"
    called = _name_of(found)
    if local and found.is_loopback and (called == "loopback" or found == IPv6Address("::1")):
        return None
    return None if called is None else _refused(called)


def _name_of(address: IPv4Address | IPv6Address) -> str | None:
    """What kind of address it is; None of a public one."""
    if address.version == 6 and (address not in _PUBLIC_V6 or address.scope_id is not None):
        return "not public"
    return next((called for network, called in _ADDRESSES.items() if address in network), None)


def _refused(called: str) -> str:
    return f"the host's address is {called}: the sandbox goes to public addresses only"
