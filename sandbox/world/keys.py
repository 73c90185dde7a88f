"""Secrets: made, kept as keyed hashes, and encrypted where we must present them ourselves."""

import base64
import hmac
import os
import secrets
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Keys:
    """The keys of one deployment, all derived from one secret, so replicas that share it share them all."""

    def __init__(self, secret: str) -> None:
        self.signing = self._derive(secret, b"access tokens")
        self._hashing = self._derive(secret, b"client secrets")
        certifying = Ed25519PrivateKey.from_private_bytes(self._derive(secret, b"certificates"))
        self.certify = certifying.sign
        self.certifying = certifying.public_key().public_bytes_raw()  # published, to verify what `certify` has signed
        fernet = Fernet(base64.urlsafe_b64encode(self._derive(secret, b"kept secrets")))
        self._encrypt = fernet.encrypt
        self._decrypt = lru_cache(maxsize=4096)(fernet.decrypt)  # every push needs its tenant's secret

    @staticmethod
    def _derive(secret: str, purpose: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret.encode())

    def hash_secret(self, client_id: str, secret: str) -> str:
        """What is kept of a client's secret: a keyed SHA-256, of no use without the key."""
        return hmac.new(self._hashing, f"{client_id}\0{secret}".encode(), sha256).hexdigest()

    def matches(self, client_id: str, secret: str, kept: str) -> bool:
        """Whether this is the client's secret, in constant time."""
        return hmac.compare_digest(self.hash_secret(client_id, secret), kept)

    def encrypt(self, text: str) -> bytes:
        """Keep something that we must be able to present again."""
        return self._encrypt(text.encode())

    def decrypt(self, kept: bytes) -> str:
        """The text that `encrypt` was given."""
        return self._decrypt(kept).decode()


def new_webhook_secret() -> str:
    """A signing secret in the form of the Standard Webhooks specification: whsec_ and 256 random bits."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def new_client_secret() -> str:
    """A client's secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """A random name for one owner of something, such as one run of a world's clock."""
    return secrets.token_hex(8)


def new_code(prefix: str) -> str:
    """A random code for something new: T7K2M0QX94, say. It tells neither how many there are nor who has another."""
    return prefix + base64.b32encode(secrets.token_bytes(6)).decode()[:9]


def load_keys(secret: str, beside: Path | None) -> Keys:
    """The deployment's keys: from the setting, or from a file beside the database that is made on the first start."""
    if secret:
        return Keys(secret)
    if beside is None:
        raise ValueError(
            "SANDBOX_KEY is not set: without a database file to keep a key beside, name one secret for all replicas"
        )
    if not beside.exists():
        _write_whole(beside, secrets.token_urlsafe(32))
    return Keys(beside.read_text())


def _write_whole(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all, and never over one that another process was first to write."""
    draft = path.with_name(f"{path.name}.{new_token()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
