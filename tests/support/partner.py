"""A partner's system over real HTTP, with whatever answers the test gives it, and the certificates to speak TLS."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Asked:
    """One request as it came; headers by lower-case name."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """The JSON body."""
        return json.loads(self.raw)

    @property
    def form(self) -> dict[str, str]:
        """The form body."""
        return dict(parse_qsl(self.raw.decode()))


@dataclass(frozen=True)
class Reaction:
    """What to send back: `body` as JSON, or bytes as they stand, or None."""

    status: int = 204
    body: Any = None
    content_type: str = "application/json"


@dataclass
class PartnerSystem:
    """What was asked, in order of arrival, and what is answered: by path, else by `otherwise`."""

    url: str = ""
    answers: dict[str, Callable[[Asked], Reaction]] = field(default_factory=dict)
    otherwise: Callable[[Asked], Reaction] = lambda _asked: Reaction()
    asked: list[Asked] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def at(self, path: str) -> list[Asked]:
        """What was asked at this path."""
        return [each for each in self.asked if each.path == path]

    def silent(self, _asked: Asked) -> Reaction:
        """Say nothing until the test ends."""
        self.closing.wait(30)
        return Reaction()

    def give_tokens(self, **more: Any) -> None:
        """Serve /token: token-1, token-2, … with these members beside."""
        given: list[str] = []

        def token(_asked: Asked) -> Reaction:
            given.append(f"token-{len(given) + 1}")
            return Reaction(200, {"access_token": given[-1], "token_type": "Bearer", "expires_in": 3600, **more})

        self.answers["/token"] = token


@contextmanager
def open_partner(tls: ssl.SSLContext | None = None) -> Iterator[PartnerSystem]:
    """A partner's system on a free port of this machine, until the block ends."""
    system = PartnerSystem()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer in one piece: in two, the second waits for the first to be acknowledged

        def answer(self) -> None:
            target = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, target.path, dict(parse_qsl(target.query)), headers, raw)
            system.asked.append(asked)
            reaction = system.answers.get(target.path, system.otherwise)(asked)
            body = reaction.body
            sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
            self.send_response(reaction.status)
            if sent:
                self.send_header("Content-Type", reaction.content_type)
            if reaction.status != 204:
                self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PATCH = answer  # noqa: N815 - the names that the base class looks for

        def log_message(self, *_args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a client that hangs up, or shows no certificate, is what some tests are about

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    system.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_address[1]}"
    try:
        yield system
    finally:
        system.closing.set()
        server.shutdown()
        server.server_close()


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key, in PEM."""

    certificate: str
    key: str


@dataclass(frozen=True)
class Authority:
    """A certificate authority of the test's own."""

    name: str
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        """Its certificate."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def issue(self, name: str) -> Pair:
        """A certificate for 127.0.0.1, good for a server and for a client."""
        key = ec.generate_private_key(ec.SECP256R1())
        signed = _draft(name, key, self.name).add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        signed = signed.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
        )
        made = signed.sign(self.key, SHA256())
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return Pair(made.public_bytes(Encoding.PEM).decode(), private.decode())


def make_authority(name: str = "Sandbox test authority") -> Authority:
    """A new one, that nobody else trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    draft = _draft(name, key, name)
    draft = draft.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    draft = draft.add_extension(usage, critical=True)
    draft = draft.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return Authority(name, draft.sign(key, SHA256()), key)


def server_tls(folder: Path, authority: Authority) -> ssl.SSLContext:
    """TLS for a server that admits only clients with a certificate of this authority."""
    pair = authority.issue("127.0.0.1")
    file = folder / "server.pem"
    file.write_text(pair.certificate + pair.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    context.load_verify_locations(cadata=authority.pem)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _draft(name: str, key: ec.EllipticCurvePrivateKey, issuer: str) -> x509.CertificateBuilder:
    today = datetime.now(UTC)
    return x509.CertificateBuilder(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
        key.public_key(),
        x509.random_serial_number(),
        today - timedelta(days=1),
        today + timedelta(days=1),
    )
