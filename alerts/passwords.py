"""Passwords and tokens: argon2 for what people choose, sha256 for what is random anyway."""

import hashlib
import secrets

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

SHORTEST = 8
_hasher = PasswordHash((Argon2Hasher(),))
_NOBODY = _hasher.hash(secrets.token_urlsafe())


class WeakPassword(ValueError):
    """A password nobody should use."""


def hash_password(password: str) -> str:
    """The stored form; raises WeakPassword."""
    if len(password) < SHORTEST:
        raise WeakPassword(f"密码至少 {SHORTEST} 位")
    return _hasher.hash(password)


def check_password(password: str, stored: str | None) -> bool:
    """Whether it fits; takes the same time for a login that does not exist."""
    fits = _hasher.verify(password, stored or _NOBODY)
    return fits and stored is not None


def new_token() -> str:
    """A random secret for a cookie or a source."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """The stored form of a random secret."""
    return hashlib.sha256(token.encode()).hexdigest()
