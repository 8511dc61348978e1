"""Identity numbers at rest: sealed with the installation's key, masked on every screen."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken


class WrongKey(Exception):
    """The key file is not the one the value was sealed with."""


def seal(key: bytes, text: str) -> str:
    """The stored form."""
    return _box(key).encrypt(text.encode()).decode()


def unseal(key: bytes, sealed: str) -> str:
    """The text; raises WrongKey."""
    try:
        return _box(key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise WrongKey("sealed with another key file") from None


def mask(identity: str) -> str:
    """What a screen may show of an identity number: the last four."""
    return "*" * max(0, len(identity) - 4) + identity[-4:]


def _box(key: bytes) -> Fernet:
    made = hashlib.sha256(b"identity:" + key).digest()
    return Fernet(base64.urlsafe_b64encode(made))
