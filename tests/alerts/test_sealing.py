"""Identity numbers are unreadable at rest and masked on every screen."""

import pytest

from alerts.sealing import WrongKey, mask, seal, unseal

KEY, OTHER = b"k" * 32, b"o" * 32
NUMBER = "33021119400101123X"


def test_what_is_sealed_comes_back_with_the_same_key_only() -> None:
    sealed = seal(KEY, NUMBER)
    assert NUMBER not in sealed
    assert unseal(KEY, sealed) == NUMBER
    with pytest.raises(WrongKey):
        unseal(OTHER, sealed)
    with pytest.raises(WrongKey):
        unseal(KEY, sealed[:-6] + "AAAAA=")


def test_two_seals_of_one_number_are_not_alike() -> None:
    assert seal(KEY, NUMBER) != seal(KEY, NUMBER)


@pytest.mark.parametrize(
    ("number", "shown"), [(NUMBER, "**************123X"), ("123X", "123X"), ("", "")]
)
def test_a_screen_shows_the_last_four(number: str, shown: str) -> None:
    assert mask(number) == shown
