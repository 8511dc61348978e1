from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from alerts.contract import Kind
from kiosk_ui.machine import Screen
from tests.kiosk_ui.stand import Stand, centre, find, there


def presses(stand: Stand) -> int:
    return len(stand.outbox.waiting(urgent=True))


def disc(stand: Stand) -> QPoint:
    return centre(find(stand.window, "sos"))


def test_one_tap_on_the_red_button_is_one_press(stand: Stand) -> None:
    stand.tap("sos")
    assert presses(stand) == 1
    assert stand.kiosk.screen is Screen.SENT


def test_the_press_counts_as_the_finger_comes_down_and_it_need_never_lift(stand: Stand) -> None:
    stand.hand.down(0, disc(stand))
    assert presses(stand) == 1
    stand.wait(30)
    assert presses(stand) == 1


def test_a_finger_that_slides_off_the_button_has_pressed_it_once(stand: Stand) -> None:
    start, away = disc(stand), disc(stand) + QPoint(0, 700)
    stand.hand.down(0, start)
    for step in range(10):
        stand.hand.move(0, start + (away - start) * step / 10)
    stand.hand.lift(0, away)
    assert presses(stand) == 1
    assert stand.kiosk.screen is Screen.SENT


def test_a_palm_resting_on_the_glass_does_not_keep_a_finger_from_pressing(stand: Stand) -> None:
    stand.hand.down(7, QPoint(100, 1500))
    stand.hand.tap(disc(stand), finger=1)
    assert presses(stand) == 1


def test_a_palm_resting_on_a_key_blocks_neither_the_button_nor_acts_when_it_lifts(
    stand: Stand,
) -> None:
    staff = centre(find(stand.window, "staff"))
    stand.hand.down(7, staff)
    stand.hand.tap(disc(stand), finger=1)
    stand.wait(5)
    stand.hand.lift(7, staff)
    assert presses(stand) == 1
    assert Kind.STAFF_WANTED not in stand.kiosk.requests
    assert stand.kiosk.screen is Screen.SENT


def test_a_second_finger_during_the_press_opens_nothing_else(stand: Stand) -> None:
    contrast = centre(find(stand.window, "contrast"))
    stand.hand.down(0, disc(stand))
    stand.hand.tap(contrast, finger=1)
    stand.hand.lift(0, disc(stand))
    assert presses(stand) == 1
    assert stand.kiosk.screen is Screen.SENT
    assert not stand.kiosk.session.contrast


def test_a_palm_on_the_button_and_a_finger_beside_it_on_the_button_still_call(
    stand: Stand,
) -> None:
    stand.hand.down(7, disc(stand) + QPoint(-150, 0))
    stand.hand.tap(disc(stand), finger=1)
    assert presses(stand) == 1


def test_a_trembling_finger_calls_once(stand: Stand) -> None:
    for _ in range(4):
        stand.clock.seconds += 0.12
        stand.hand.tap(disc(stand))
    assert presses(stand) == 1


def test_a_second_tap_counts_is_shown_and_is_sent_as_a_press_of_its_own(stand: Stand) -> None:
    stand.tap("sos")
    stand.tap("sos")
    first, second = stand.outbox.waiting(urgent=True)
    assert first.id != second.id
    assert f'"again":"{first.id}"' in second.body
    assert "×2" in stand.texts()
    assert "已按 2 次，都算数" in stand.texts()


def test_the_button_stays_under_the_finger_when_the_screen_changes(stand: Stand) -> None:
    before = disc(stand)
    stand.tap("sos")
    stand.wait(11)
    assert disc(stand) == before


def test_a_mouse_presses_like_a_finger(stand: Stand) -> None:
    QTest.mouseClick(
        stand.window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, disc(stand)
    )
    assert presses(stand) == 1


def test_a_key_acts_when_the_finger_lifts_on_it_and_not_when_it_slid_away(stand: Stand) -> None:
    size = centre(find(stand.window, "size"))
    stand.hand.down(0, size)
    stand.hand.move(0, size + QPoint(0, 300))
    stand.hand.lift(0, size + QPoint(0, 300))
    assert stand.kiosk.session.size == 0
    stand.tap("size")
    assert stand.kiosk.session.size == 1


def test_a_tap_two_millimetres_beside_a_key_still_counts(stand: Stand) -> None:
    key = find(stand.window, "staff").parentItem()
    edge = centre(key) + QPoint(0, -round(key.height() / 2) - 6)
    stand.hand.tap(edge)
    assert Kind.STAFF_WANTED in stand.kiosk.requests


def test_the_first_tap_after_a_wipe_acts(stand: Stand) -> None:
    stand.tap("size")
    stand.wait(121)
    assert stand.kiosk.session.size == 0
    stand.tap("sos")
    assert presses(stand) == 1


def test_every_touch_keeps_a_screen_from_falling_idle(stand: Stand) -> None:
    stand.tap("sos")
    stand.wait(11)
    for _ in range(3):
        stand.wait(590)
        stand.hand.tap(QPoint(30, 900))
    assert stand.kiosk.screen is Screen.HELP_OPEN
    stand.wait(601)
    assert stand.kiosk.screen is Screen.HOME
    assert there(stand.window, "banner")
