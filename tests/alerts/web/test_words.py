"""Times and spans as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.web import words

NOW = datetime(2026, 11, 24, 19, 14, 9, tzinfo=UTC)
"""Past three in the morning of the 25th in Zhenhai."""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0:00"), (38, "0:38"), (599, "9:59"), (600, "10 分"), (7199, "119 分"), (7200, "2 小时"),
     (172_799, "47 小时"), (172_800, "2 天")],
)  # fmt: skip
def test_a_span_is_as_exact_as_it_still_matters(seconds: float, text: str) -> None:
    assert words.span(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "马上"),
        (0, "马上"),
        (22, "22 秒后"),
        (119, "119 秒后"),
        (120, "2 分后"),
        (7200, "2 小时后"),
    ],
)
def test_what_is_to_come_is_counted_down(seconds: float, text: str) -> None:
    assert words.ahead(NOW + timedelta(seconds=seconds), NOW) == text


@pytest.mark.parametrize(
    ("back", "text"),
    [
        (timedelta(), "03:14"),
        (timedelta(hours=4), "昨天 23:14"),
        (timedelta(days=-1), "明天 03:14"),
        (timedelta(days=30), "10月26日 03:14"),
        (timedelta(days=365), "2025年11月25日 03:14"),
    ],
)
def test_a_moment_has_its_day_when_it_is_not_today(back: timedelta, text: str) -> None:
    assert words.moment_text(NOW - back, NOW) == text


def test_the_clock_is_the_wall_clock_of_the_place() -> None:
    assert words.day_clock(NOW) == "11月25日 周三 03:14:09"


@pytest.mark.parametrize(
    ("days", "text", "old"),
    [(0, "确认于今天", False), (170, "确认于6月8日", False), (200, "6 个月没有核对", True)],
)
def test_half_a_year_makes_a_note_doubtful(days: int, text: str, old: bool) -> None:
    assert words.fresh(NOW - timedelta(days=days), NOW) == (text, old)


def test_what_was_never_confirmed_is_doubtful() -> None:
    assert words.fresh(None, NOW) == ("没有核对过", True)


@pytest.mark.parametrize(
    ("code", "text"),
    [("phone_off", "对方关机"), ("cms_38", "短信网络错误 38"), ("refused_403", "对方拒绝 403"),
     ("new_code", "new_code")],
)  # fmt: skip
def test_a_coded_reason_is_read_in_words(code: str, text: str) -> None:
    assert words.reason_text(code) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [("13900002208", "139 0000 2208"), ("0574-8600", "0574-8600"), ("110", "110")],
)
def test_a_mobile_number_is_grouped_as_one_reads_it_aloud(number: str, text: str) -> None:
    assert words.phone(number) == text


@pytest.mark.parametrize(
    ("low", "high", "text"), [(45, 120, "45–120"), (90, None, "90 以上"), (None, 38.5, "38.5 以下")]
)
def test_bounds_are_read_in_words(low: float | None, high: float | None, text: str) -> None:
    assert words.usual(low, high) == text
