"""Every screen in every size, colour and direction: large enough, inside, apart, readable."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations

import pytest
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QAccessible, QGuiApplication, QImage
from PySide6.QtQuick import QQuickItem

from kiosk_ui.pictures import LYING, SCENES, UPRIGHT, Scene, scene
from kiosk_ui.session import Session
from kiosk_ui.settings import KioskSettings
from kiosk_ui.window import Shown
from tests.kiosk_ui.stand import box, evaluate, is_text, keys, painted, plain, visible

SESSIONS = [Session(size, contrast) for size in range(3) for contrast in (False, True)]
DIRECTIONS = {"upright": UPRIGHT, "lying": LYING}
SLACK = 1.5
"""Pixels that rounding may cost."""

Dressed = tuple[Shown, float]


@pytest.fixture(params=[(name, way) for name in SCENES for way in DIRECTIONS], ids="-".join)
def views(
    request: pytest.FixtureRequest, qapp: QGuiApplication
) -> Iterator[Callable[[], Iterator[Dressed]]]:
    """One scene in one direction, in every size and both sets of colours."""
    name, way = request.param
    with scene(DIRECTIONS[way]) as (on, shown):
        SCENES[name](on)
        yield lambda: dressed(on, shown, DIRECTIONS[way])


def dressed(on: Scene, shown: Shown, settings: KioskSettings) -> Iterator[Dressed]:
    for session in SESSIONS:
        on.kiosk.choose(session)
        QGuiApplication.processEvents()
        shown.window.grabWindow()
        yield shown, settings.width / settings.panel_mm


def test_every_key_is_large_enough_inside_the_window_apart_and_has_a_name(
    views: Callable[[], Iterator[Dressed]],
) -> None:
    for shown, mm in views():
        glass = QRectF(0, 0, shown.window.width(), shown.window.height())
        pressable = keys(shown.window)
        assert len(pressable) >= 5
        for key in pressable:
            assert min(key.width(), key.height()) >= 20 * mm - SLACK, name_of(key)
            assert glass.contains(box(key)), name_of(key)
            assert name_of(key)
        for one, other in combinations(pressable, 2):
            assert gap(box(one), box(other)) >= 4 * mm - SLACK, (name_of(one), name_of(other))


def test_no_text_is_cut_off_covered_or_outside(views: Callable[[], Iterator[Dressed]]) -> None:
    for shown, _ in views():
        glass = QRectF(0, 0, shown.window.width(), shown.window.height())
        texts = [item for item in visible(shown.window) if is_text(item)]
        for text in texts:
            assert not text.property("truncated"), plain(text)
            assert glass.contains(painted(text)), plain(text)
        for one, other in combinations(texts, 2):
            assert not overlap(painted(one), painted(other)), (plain(one), plain(other))
        for key in keys(shown.window):
            for text in texts:
                inside = key.isAncestorOf(text)
                assert inside or not overlap(box(key), painted(text)), (name_of(key), plain(text))
                if inside:
                    assert box(key).contains(painted(text)), plain(text)


def test_every_text_is_large_enough_and_stands_out_at_least_seven_to_one(
    views: Callable[[], Iterator[Dressed]],
) -> None:
    for shown, mm in views():
        picture = shown.window.grabWindow()
        for text in visible(shown.window):
            if is_text(text):
                assert evaluate(text, "fontInfo.pixelSize") >= 8.4 * mm - SLACK, plain(text)
                assert contrast(picture, painted(text).toRect()) >= 7, plain(text)


def name_of(key: QQuickItem) -> str:
    return QAccessible.queryAccessibleInterface(key).text(QAccessible.Text.Name)


def gap(one: QRectF, other: QRectF) -> float:
    across = max(one.left() - other.right(), other.left() - one.right())
    down = max(one.top() - other.bottom(), other.top() - one.bottom())
    return max(across, down)


def overlap(one: QRectF, other: QRectF) -> bool:
    shared = one.intersected(other)
    return shared.width() > SLACK and shared.height() > SLACK


def contrast(picture: QImage, area: QRect) -> float:
    """Of the letters in an area to their ground, by WCAG's formula, from the pixels."""
    piece = picture.copy(area).convertToFormat(QImage.Format.Format_RGB32)
    colours = Counter(memoryview(piece.constBits()).cast("B").cast("I"))
    ground = luminance(colours.most_common(1)[0][0])
    ratios = [
        (max(ground, ink) + 0.05) / (min(ground, ink) + 0.05) for ink in map(luminance, colours)
    ]
    return max(ratios)


def luminance(colour: int) -> float:
    channels = [(colour >> shift & 255) / 255 for shift in (16, 8, 0)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
