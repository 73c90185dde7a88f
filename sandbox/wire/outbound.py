"""How we sign in where others listen, at a tenant's callback or a partner's own supplier: the published ways, or none.

Published for the Supplier API and the Tenant Updates API: OAuth 2.0 client credentials are recommended, mutual TLS and
HTTP Basic are possible too.
"""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from sandbox.domain.errors import invalid
from sandbox.domain.reach import fault_of_url
from sandbox.world.keys import Keys, new_token


@dataclass(frozen=True)
class Basic:
    """HTTP Basic."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class ClientCredentials:
    """OAuth 2.0: a bearer token from the peer's own token endpoint."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str | None


@dataclass(frozen=True)
class MutualTls:
    """A client certificate and its key, in PEM. `authority` is the only one to trust; None: the system's."""

    certificate: str
    key: str = field(repr=False)
    authority: str | None


Auth = Basic | ClientCredentials | MutualTls

NO_AUTH: Mapping[str, Any] = {"kind": "none"}
_SHOWN = ("kind", "username", "tokenUrl", "clientId", "scope", "certificate", "authority")  # and nothing secret


def auth_from(mapping: Mapping[str, Any]) -> Auth | None:
    """The way of signing in that the control API's OutboundAuth describes; None for none."""
    kind = mapping["kind"]
    if kind == "basic":
        return Basic(mapping["username"], mapping["password"])
    if kind == "oauth2":
        return ClientCredentials(
            mapping["tokenUrl"], mapping["clientId"], mapping["clientSecret"], mapping.get("scope")
        )
    if kind == "mtls":
        return MutualTls(mapping["certificate"], mapping["key"], mapping.get("authority"))
    return None


def check_auth(place: str, mapping: Mapping[str, Any], url: str, *, local: bool = False) -> None:
    """Refuse an OutboundAuth, found at `place`, that could never work at this URL. Nothing secret is repeated."""
    auth = auth_from(mapping)
    if isinstance(auth, ClientCredentials):
        check_url(f"{place}/tokenUrl", auth.token_url, local=local)
    if isinstance(auth, MutualTls):
        if urlsplit(url).scheme != "https":
            raise invalid(f"{place}/kind: mutual TLS needs an https URL")
        try:
            tls_context(auth)
        except ValueError as error:
            raise invalid(f"{place}/{error}") from None


def check_url(place: str, url: str, *, local: bool = False) -> None:
    """Refuse a URL, found at `place`, that nothing will ever be sent to."""
    if fault := fault_of_url(url, local=local):
        raise invalid(f"{place}: {fault}")


def seal(keys: Keys, mapping: Mapping[str, Any]) -> bytes | None:
    """What is kept of an OutboundAuth: encrypted, to be presented again and never shown. None for none."""
    return None if auth_from(mapping) is None else keys.encrypt(json.dumps(dict(mapping)))


def unseal(keys: Keys, kept: bytes | None) -> Auth | None:
    """The way of signing in that was kept."""
    return None if kept is None else auth_from(json.loads(keys.decrypt(kept)))


def shown(keys: Keys, kept: bytes | None) -> dict[str, Any]:
    """What was kept, without what is secret in it."""
    auth = NO_AUTH if kept is None else json.loads(keys.decrypt(kept))
    return {name: auth[name] for name in _SHOWN if name in auth}


def tls_context(auth: MutualTls) -> ssl.SSLContext:
    """Connections that show the certificate. Raises ValueError that says which of its members is wrong, and why."""
    try:
        context = ssl.create_default_context(cadata=auth.authority)
    except (ssl.SSLError, ValueError, TypeError):  # the last for what is not even ASCII
        raise ValueError("authority: is not a certificate in PEM") from None
    try:
        key = load_pem_private_key(auth.key.encode(), None)
    except TypeError:
        raise ValueError("key: is protected by a passphrase: send it without one") from None
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("key: is not a private key in PEM") from None
    # The ssl module reads files only: the key passes through one under a password that nobody else ever knew.
    password = new_token()
    sealed = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode()))
    with NamedTemporaryFile(suffix=".pem") as file:
        file.write(auth.certificate.encode() + b"\n" + sealed)
        file.flush()
        try:
            context.load_cert_chain(file.name, password=password)
        except ssl.SSLError:
            raise ValueError("certificate: is not a certificate in PEM that belongs to the key") from None
    return context
