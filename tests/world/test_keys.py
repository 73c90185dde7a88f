"""Keys: made once, the same for all who share the secret, and of no use without it."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import InvalidToken

from sandbox.world.keys import Keys, load_keys, new_webhook_secret


def test_replicas_that_share_the_secret_share_the_keys() -> None:
    """What one has hashed or encrypted, the other can check or read; a stranger cannot."""
    one, other, stranger = Keys("a secret"), Keys("a secret"), Keys("another secret")
    assert one.signing == other.signing != stranger.signing
    kept = one.hash_secret("tenant1", "tenant1-secret")
    assert other.matches("tenant1", "tenant1-secret", kept)
    assert not other.matches("tenant1", "tenant2-secret", kept)
    assert not other.matches("tenant2", "tenant1-secret", kept)
    assert not stranger.matches("tenant1", "tenant1-secret", kept)
    assert other.decrypt(one.encrypt("whsec_1")) == "whsec_1"
    with pytest.raises(InvalidToken):
        stranger.decrypt(one.encrypt("whsec_1"))


def test_the_key_file_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    """However many start at once, they find one key, and nothing half written beside it."""
    file = tmp_path / "sandbox.key"
    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(lambda _: load_keys("", file).signing, range(8)))
    assert len(set(keys)) == 1
    assert load_keys("", file).signing == keys[0]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_named_secret_needs_no_file_and_no_file_needs_a_secret(tmp_path: Path) -> None:
    """Without a database file there is no place for a key file: the setting has to be there."""
    assert load_keys("named", tmp_path / "sandbox.key").signing == Keys("named").signing
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="SANDBOX_KEY"):
        load_keys("", None)


def test_webhook_secrets_are_of_the_standard_form() -> None:
    """whsec_ and at least 24 bytes of base64; never the same twice."""
    made = {new_webhook_secret() for _ in range(10)}
    assert len(made) == 10
    assert {each[:6] for each in made} == {"whsec_"}
    assert {len(each) for each in made} == {6 + 44}
