"""What is provably dummy: values that cannot be anybody's, since somebody keeps them free or they cannot exist.

- Telephone numbers: those that Ofcom keeps for drama, but for Northern Ireland's, where copies of its table differ.
- Domains: RFC 2606 and RFC 6761. Networks: RFC 5737, RFC 3849 and RFC 9637.
- Postcodes that cannot exist: the area ZZ is none (its ZZ99 codes mean something in health statistics, but never an
  address), and no postcode ends in letters of which one is C, I, K, M, O or V.
- Postcodes for who checks the format: the area ZY passes as one, and is none today; nobody promises that it stays so.
- UPRN, NAD and ROBT keys: nobody reserves any. Ours begin with a block of nines, believed to be given to nobody.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_network

# Where each range of a thousand numbers lies; three digits follow.
DRAMA: Mapping[str, str] = {
    "01134960": "Leeds",
    "01144960": "Sheffield",
    "01154960": "Nottingham",
    "01164960": "Leicester",
    "01174960": "Bristol",
    "01184960": "Reading",
    "01214960": "Birmingham",
    "01314960": "Edinburgh",
    "01414960": "Glasgow",
    "01514960": "Liverpool",
    "01614960": "Manchester",
    "01632960": "no area",
    "01914980": "Tyneside, Durham and Sunderland",
    "02079460": "London",
    "02920180": "Cardiff",
    "03069990": "the whole country",
    "07700900": "mobile",
    "08081570": "freephone",
    "09098790": "premium rate",
}
RESERVED_ENDINGS = ("test", "example", "invalid", "localhost")
RESERVED_DOMAINS = ("example.com", "example.net", "example.org")
DOCUMENTATION_NETWORKS = tuple(
    map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"))
)

IMPOSSIBLE_AREA, FORMAT_VALID_AREA = "ZZ", "ZY"
IMPOSSIBLE_LETTERS = "CIKMOV"
DISTRICT_CODES = ("ZX", "ZY", "ZZ")

_IN_RESERVED = tuple(f".{domain}" for domain in RESERVED_DOMAINS)
_DRAMA_NUMBER = re.compile(f"(?:{'|'.join(DRAMA)})[0-9]{{3}}")
_POSTCODE = re.compile(r"([A-Z]{1,2})([0-9][0-9A-Z]?)(?:([0-9])([A-Z]{2}))?")
_IDENTIFIERS = {
    "UPRN": re.compile("0*999[0-9]{9}"),
    "NAD": re.compile("A999[0-9]{8}"),
    "ROBT": re.compile("R999[0-9]{8}"),
    "LINE_ID": re.compile("L999[0-9]{8}"),
    "DistrictCode": re.compile("|".join(DISTRICT_CODES)),
}


def uprn(n: int) -> str:
    """The n-th of our UPRNs, of the full twelve digits."""
    return f"999{n:09d}"


def nad(n: int) -> str:
    """The n-th of our NAD keys."""
    return f"A999{n:08d}"


def robt(n: int) -> str:
    """The n-th of our ROBT keys."""
    return f"R999{n:08d}"


def line_id(n: int) -> str:
    """The n-th of our ids of lines that are there from the beginning."""
    return f"L999{n:08d}"


def is_dummy_phone(national: str) -> bool:
    """Whether this number, written 07700900123, is one for drama."""
    return _DRAMA_NUMBER.fullmatch(national) is not None


def is_dummy_domain(domain: str) -> bool:
    """Whether this domain is reserved or lies in one that is; [192.0.2.1] is dummy in a network for documentation."""
    name = domain.lower().rstrip(".")
    if name.startswith("["):
        return is_dummy_ip(name.strip("[]").removeprefix("ipv6:"))
    return name.rpartition(".")[2] in RESERVED_ENDINGS or f".{name}".endswith(_IN_RESERVED)


def is_dummy_ip(text: str) -> bool:
    """Whether this address lies in a network for documentation."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in DOCUMENTATION_NETWORKS)


def is_dummy_postcode(text: str) -> bool:
    """Whether this postcode, or the first half of one, cannot exist or is of the area that passes as one."""
    found = _POSTCODE.fullmatch("".join(text.split()).upper())
    if found is None:
        return False
    area, _, _, letters = found.groups()
    return area in (IMPOSSIBLE_AREA, FORMAT_VALID_AREA) or any(letter in IMPOSSIBLE_LETTERS for letter in letters or "")


def is_dummy_identifier(kind: str, value: str) -> bool:
    """Whether this address identifier (UPRN, NAD, ROBT, DistrictCode) is one of our own block."""
    form = _IDENTIFIERS.get(kind)
    return form is not None and form.fullmatch(value) is not None
