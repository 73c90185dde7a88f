"""What a run came to, signed by the sandbox that made it: to be passed on, and verified by anybody without asking it.

A certificate fits `contracts/schemas/certificate.schema.json`. Each of its members has a digest, and what is signed are
the digests: so a changed one can be named.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from sandbox.conformance.report import Report
from sandbox.spec.schemas import validator_of

Certificate = dict[str, Any]
Sign = Callable[[bytes], bytes]

FORMAT = 1
ALGORITHM = "Ed25519"
SIGNATURE = "signature"

_PURPOSE = b"conformance certificate 1\n"  # what is signed for anything else is no certificate


class Untrusted(Exception):
    """It is no certificate by any of the keys; the message says what is wrong with it."""


class UnusableKeys(Exception):
    """These are no public keys."""


def certify(report: Report, issuer: str, issued: str, public: Mapping[str, Any], sign: Sign) -> Certificate:
    """The certificate of a report. `public` is the key (a JWK) that the signatures made by `sign` are verified with."""
    run = report["run"]
    said = {
        "format": FORMAT,
        "issuer": issuer,
        "issued": issued,
        "run": run["id"],
        "target": report["target"],
        "suites": version("fibre-sandbox"),
        "catalogue": run["catalogue"],
        "seed": run["seed"],
        "only": run["only"],
        "result": report["result"],
        "summary": report["summary"],
        "requirements": {each["id"]: each["outcome"] for each in report["requirements"]},
        "report": digest(report),
    }
    members = {name: digest(value) for name, value in said.items()}
    value = urlsafe_b64encode(sign(_PURPOSE + _bytes(members))).decode()
    signature = {"algorithm": ALGORITHM, "key": public["kid"], "members": members, "value": value}
    return {**said, SIGNATURE: signature}


def verify(content: bytes, keys: Iterable[Mapping[str, Any]]) -> Certificate:
    """What a certificate says, once it is sure that one of these keys signed it. Raises Untrusted, or UnusableKeys."""
    certificate = _read(content)
    signature = certificate[SIGNATURE]
    known = {each.get("kid"): each for each in keys}
    if signature["key"] not in known:
        raise Untrusted(f"/{SIGNATURE}/key: it is signed by {signature['key']}, which is none of the keys given")
    try:
        value = urlsafe_b64decode(signature["value"])
        _key(known[signature["key"]]).verify(value, _PURPOSE + _bytes(signature["members"]))
    except (InvalidSignature, ValueError):
        raise Untrusted(f"/{SIGNATURE}: these digests are not what {signature['key']} has signed") from None
    if urlsafe_b64encode(value).decode() != signature["value"]:
        raise Untrusted(f"/{SIGNATURE}/value: it is not written as it was")
    for name in sorted(certificate.keys() | signature["members"].keys() - {SIGNATURE}):
        if name != SIGNATURE and (
            name not in certificate or signature["members"].get(name) != digest(certificate[name])
        ):
            raise Untrusted(f"/{name}: it is not what was signed")
    return certificate


def digest(value: Any) -> str:
    """A digest of a JSON value, however it is written."""
    return sha256(_bytes(value)).hexdigest()


def public_key(raw: bytes) -> dict[str, Any]:
    """The JWK of a public key, named by its thumbprint (RFC 7638)."""
    made = OKPKey(Ed25519PublicKey.from_public_bytes(raw), Ed25519PublicKey.from_public_bytes(raw))
    return {**made.as_dict(private=False), "kid": made.thumbprint(), "use": "sig", "alg": ALGORITHM}


def keys_in(content: bytes) -> list[dict[str, Any]]:
    """The keys of a JWK set, or a single one. Raises UnusableKeys."""
    try:
        found = json.loads(content)
        listed = found.get("keys", [found])
        for each in listed:
            _key(each)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise UnusableKeys("this is neither a JWK set nor a JWK") from None
    return [dict(each) for each in listed]


def _key(jwk: Mapping[str, Any]) -> Ed25519PublicKey:
    try:
        found = OKPKey.import_key({name: jwk[name] for name in ("kty", "crv", "x") if name in jwk})
        key, name = found.public_key, found.thumbprint()
    except (JoseError, ValueError) as error:
        raise UnusableKeys(f"a key is no {ALGORITHM} key: {error}") from None
    if not isinstance(key, Ed25519PublicKey) or jwk.get("kid", name) != name:
        raise UnusableKeys(f"a key is no {ALGORITHM} key of the name that it has")
    return key


def _read(content: bytes) -> Certificate:
    """A certificate's JSON. A member that is there twice would be read differently by others."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise Untrusted("a member is there twice")
        return found

    try:
        certificate = json.loads(content, object_pairs_hook=members)
    except (ValueError, RecursionError):
        raise Untrusted("this is not JSON") from None
    wrong = next(iter(validator_of("certificate").iter_errors(certificate)), None)
    if wrong is not None:
        place = "".join(f"/{step}" for step in wrong.instance_path)
        raise Untrusted(f"{place or 'the whole'}: {wrong.message}")
    return dict(certificate)


def _bytes(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
