"""Passwords are hashed slowly, random tokens quickly, and neither is kept."""

import pytest

from alerts import passwords
from alerts.passwords import WeakPassword, check_password, hash_password, hash_token, new_token


def test_only_the_right_password_fits_its_stored_form() -> None:
    stored = hash_password("correct horse")
    assert stored.startswith("$argon2id$")
    assert "correct" not in stored
    assert check_password("correct horse", stored)
    assert not check_password("correct horse ", stored)


def test_two_people_with_one_password_have_different_stored_forms() -> None:
    assert hash_password("correct horse") != hash_password("correct horse")


@pytest.mark.parametrize("short", ["", "1234567", "密码密码"])
def test_a_short_password_is_refused_in_chinese(short: str) -> None:
    with pytest.raises(WeakPassword, match="密码至少 8 位"):
        hash_password(short)


def test_a_login_that_does_not_exist_is_hashed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    real = passwords._hasher.verify

    def verify(typed: str, kept: str) -> bool:
        asked.append(typed)
        return real(typed, kept)

    monkeypatch.setattr(passwords._hasher, "verify", verify)
    assert not check_password("anything", None)
    assert asked == ["anything"]


def test_tokens_are_long_and_never_twice_the_same() -> None:
    made = {new_token() for _ in range(100)}
    assert len(made) == 100
    assert min(map(len, made)) >= 43
    assert hash_token("a") == hash_token("a") != hash_token("b")
