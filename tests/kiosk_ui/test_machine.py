import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk_ui.machine import LIMITS, Move, Screen, due, step
from kiosk_ui.screens import PAGES


@pytest.mark.parametrize(
    ("screen", "move", "to"),
    [
        (Screen.HOME, Move.CALL, Screen.SENT),
        (Screen.HOME, Move.AGAIN, Screen.HELP_OPEN),
        (Screen.HOME, Move.SHOW_REQUEST, Screen.HELP_OPEN),
        (Screen.HOME, Move.BACK, Screen.HOME),
        (Screen.SENT, Move.OFFER_OVER, Screen.HELP_OPEN),
        (Screen.SENT, Move.AGAIN, Screen.SENT),
        (Screen.SENT, Move.ENDED, Screen.DONE),
        (Screen.HELP_OPEN, Move.ENDED, Screen.DONE),
        (Screen.HELP_OPEN, Move.IDLE, Screen.HOME),
        (Screen.DONE, Move.CALL, Screen.SENT),
        (Screen.DONE, Move.IDLE, Screen.HOME),
    ],
)
def test_the_table_of_screens(screen: Screen, move: Move, to: Screen) -> None:
    assert step(screen, move).to is to


@pytest.mark.parametrize("screen", list(Screen))
def test_help_and_home_are_one_tap_away_from_everywhere(screen: Screen) -> None:
    assert step(screen, Move.CALL).to is Screen.SENT
    assert step(screen, Move.HOME).to is Screen.HOME


@pytest.mark.parametrize("screen", list(Screen))
def test_every_screen_has_a_page_and_an_end(screen: Screen) -> None:
    assert screen in PAGES
    assert screen in LIMITS


@given(st.lists(st.sampled_from(list(Move))))
def test_no_way_leads_out_of_the_table_and_time_always_leads_home(moves: list[Move]) -> None:
    screen = Screen.HOME
    for move in moves:
        screen = step(screen, move).to
    for _ in Screen:
        move = due(screen, entered=0, touched=0, now=10_000)
        assert move is not None
        screen = step(screen, move).to
    assert screen is Screen.HOME


@pytest.mark.parametrize(
    ("screen", "touched", "now", "move"),
    [
        (Screen.SENT, 0, 9.9, None),
        (Screen.SENT, 9, 10.0, Move.OFFER_OVER),
        (Screen.HELP_OPEN, 0, 599, None),
        (Screen.HELP_OPEN, 0, 600, Move.IDLE),
        (Screen.HELP_OPEN, 500, 600, None),
        (Screen.DONE, 0, 20, Move.IDLE),
        (Screen.HOME, 0, 120, Move.IDLE),
    ],
)
def test_time_moves_a_screen_only_after_its_limit(
    screen: Screen, touched: float, now: float, move: Move | None
) -> None:
    assert due(screen, entered=0, touched=touched, now=now) is move


def test_only_a_visitor_who_is_gone_is_wiped() -> None:
    wiping = {(screen, move) for screen in Screen for move in Move if step(screen, move).wipe}
    assert {move for _, move in wiping} == {Move.IDLE}
