"""The rota always has one answer, and says until when."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.rota import (
    LOOK_AHEAD,
    SHANGHAI,
    Absence,
    Answer,
    BadRotation,
    Gap,
    Leave,
    Member,
    Reason,
    Rota,
    Rotation,
    TakeOver,
    answering,
    chain,
    everyone,
    gaps,
    on_duty,
)

BERLIN = ZoneInfo("Europe/Berlin")
VILLAGE, TOWN, DISTRICT = "village", "town", "district"
PARENTS = {VILLAGE: TOWN, TOWN: DISTRICT, DISTRICT: None}
ZHANG, LI, WANG, CHEN, ZHAO = 1, 2, 3, 4, 5
NAMES = {ZHANG: "张", LI: "李", WANG: "王", CHEN: "陈", ZHAO: "赵"}
STAFF = {staff_id: Member(staff_id, name) for staff_id, name in NAMES.items()}
MONDAY = date(2026, 11, 23)


def local(day: int, hour: int = 0, minute: int = 0, month: int = 11) -> datetime:
    """A wall-clock time of 2026 in Zhenhai."""
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def rotation(area: str, *members: int, shift_days: int = 7) -> Rotation:
    return Rotation(area, members, MONDAY, 0, time(9), shift_days)


def make_rota(*rotations: Rotation, staff: dict[int, Member] = STAFF) -> Rota:
    return Rota(rotations={r.area: r for r in rotations}, parents=PARENTS, staff=staff)


FULL = make_rota(rotation(VILLAGE, ZHANG, LI), rotation(TOWN, WANG, CHEN), rotation(DISTRICT, ZHAO))
WEEK = (local(23, 9), local(30, 9))


@pytest.mark.parametrize(
    ("at", "who"),
    [
        (local(23, 0), ZHANG),  # begins at midnight of its first day
        (local(23, 9), ZHANG),
        (local(30, 8, 59), ZHANG),
        (local(30, 9), LI),  # the hand-off itself belongs to the new shift
        (local(7, 9, month=12), ZHANG),  # and wraps
        (local(14, 9, month=12), LI),
    ],
)
def test_the_rotation_hands_off_on_monday_at_nine(at: datetime, who: int) -> None:
    assert answering(FULL, VILLAGE, at) == Answer(VILLAGE, who, Reason.ROTATION, ())


def test_before_a_rotation_begins_the_area_above_answers() -> None:
    later = replace(rotation(VILLAGE, ZHANG), starts_on=date(2026, 12, 1))
    rota = make_rota(later, rotation(TOWN, WANG))
    duty = on_duty(rota, VILLAGE, local(24))
    assert (duty.area, duty.staff_id, duty.reason) == (TOWN, WANG, Reason.FALL_BACK)
    assert (duty.until, duty.next_staff_id) == (local(1, month=12), ZHANG)


def test_a_rotation_begun_in_midweek_hands_off_at_the_next_monday() -> None:
    wednesday = replace(rotation(VILLAGE, ZHANG, LI), starts_on=date(2026, 11, 25))
    duty = on_duty(make_rota(wednesday), VILLAGE, local(25, 1))
    assert (duty.staff_id, duty.until, duty.next_staff_id) == (ZHANG, local(30, 9), LI)


def test_daily_shifts_change_every_day_whatever_the_weekday() -> None:
    rota = make_rota(replace(rotation(VILLAGE, ZHANG, LI, WANG, shift_days=1), handoff_weekday=4))
    turns = [answering(rota, VILLAGE, local(23 + day, 12)).staff_id for day in range(5)]
    assert turns == [ZHANG, LI, WANG, ZHANG, LI]


def test_the_answer_says_until_when_and_who_is_next() -> None:
    duty = on_duty(FULL, VILLAGE, local(24, 12))
    assert (duty.staff_id, duty.name, duty.until) == (ZHANG, "张", local(30, 9))
    assert (duty.next_staff_id, duty.next_name) == (LI, "李")


def test_a_member_on_leave_is_skipped_until_the_leave_ends() -> None:
    rota = replace(FULL, leaves=(Leave(ZHANG, local(24, 8), local(25, 8)),))
    duty = on_duty(rota, VILLAGE, local(24, 8))
    assert (duty.staff_id, duty.area, duty.reason) == (LI, VILLAGE, Reason.ROTATION)
    assert duty.skipped == ((ZHANG, Absence.LEAVE),)
    assert (duty.until, duty.next_staff_id) == (local(25, 8), ZHANG)


def test_a_coming_leave_ends_the_duty_early() -> None:
    rota = replace(FULL, leaves=(Leave(ZHANG, local(25, 18), local(26, 8)),))
    duty = on_duty(rota, VILLAGE, local(24))
    assert (duty.until, duty.next_staff_id) == (local(25, 18), LI)


def test_a_colleagues_leave_does_not_end_the_duty() -> None:
    rota = replace(FULL, leaves=(Leave(LI, local(25, 18), local(26, 8)),))
    assert on_duty(rota, VILLAGE, local(24)).until == local(30, 9)


def test_a_village_all_away_falls_back_to_its_town_and_then_to_the_district() -> None:
    leaves = tuple(Leave(who, *WEEK) for who in (ZHANG, LI))
    at_town = on_duty(replace(FULL, leaves=leaves), VILLAGE, local(24))
    assert (at_town.area_asked, at_town.area) == (VILLAGE, TOWN)
    assert (at_town.staff_id, at_town.reason) == (WANG, Reason.FALL_BACK)
    more = (*leaves, Leave(WANG, *WEEK), Leave(CHEN, *WEEK))
    at_district = on_duty(replace(FULL, leaves=more), VILLAGE, local(24))
    assert (at_district.area, at_district.staff_id) == (DISTRICT, ZHAO)
    assert [who for who, _ in at_district.skipped] == [ZHANG, LI, WANG, CHEN]


def test_nobody_anywhere_is_an_answer_too() -> None:
    duty = on_duty(make_rota(), VILLAGE, local(24))
    assert (duty.staff_id, duty.name, duty.reason) == (None, "", Reason.NOBODY)
    assert (duty.area, duty.until) == (VILLAGE, local(24) + LOOK_AHEAD)


def test_a_take_over_beats_the_rotation_while_it_lasts() -> None:
    taken = TakeOver(VILLAGE, WANG, local(24, 12), local(24, 20))
    rota = replace(FULL, take_overs=(taken,))
    before, during = (on_duty(rota, VILLAGE, local(24, hour)) for hour in (11, 12))
    assert (before.staff_id, before.until, before.next_staff_id) == (ZHANG, local(24, 12), WANG)
    assert (during.staff_id, during.reason) == (WANG, Reason.TAKE_OVER)
    assert (during.until, during.next_staff_id) == (local(24, 20), ZHANG)


def test_the_later_begun_of_two_take_overs_counts() -> None:
    first = TakeOver(VILLAGE, WANG, local(24, 8), local(24, 20))
    second = TakeOver(VILLAGE, CHEN, local(24, 10), local(24, 12))
    rota = replace(FULL, take_overs=(first, second))
    turns = [answering(rota, VILLAGE, local(24, hour)).staff_id for hour in (9, 11, 13)]
    assert turns == [WANG, CHEN, WANG]


def test_a_take_over_by_somebody_away_falls_to_the_rotation() -> None:
    rota = replace(
        FULL,
        take_overs=(TakeOver(VILLAGE, WANG, *WEEK),),
        leaves=(Leave(WANG, *WEEK),),
    )
    answer = answering(rota, VILLAGE, local(24))
    assert (answer.staff_id, answer.skipped) == (ZHANG, ((WANG, Absence.LEAVE),))


@pytest.mark.parametrize(
    ("staff", "why"),
    [
        ({**STAFF, ZHANG: Member(ZHANG, "张", active=False)}, Absence.INACTIVE),
        ({LI: STAFF[LI]}, Absence.UNKNOWN),
    ],
)
def test_who_has_left_the_staff_is_never_on_duty(staff: dict[int, Member], why: Absence) -> None:
    answer = answering(make_rota(rotation(VILLAGE, ZHANG, LI), staff=staff), VILLAGE, local(24))
    assert (answer.staff_id, answer.skipped) == (LI, ((ZHANG, why),))


def test_one_member_alone_hands_off_to_himself() -> None:
    duty = on_duty(FULL, DISTRICT, local(24))
    assert (duty.until, duty.next_staff_id) == (local(30, 9), ZHAO)


def test_everyone_at_the_town_begins_with_the_person_on_duty() -> None:
    rota = make_rota(rotation(TOWN, WANG, CHEN, ZHAO))
    away = replace(rota, leaves=(Leave(ZHAO, *WEEK),))
    assert everyone(rota, TOWN, local(30, 10)) == [CHEN, ZHAO, WANG]
    assert everyone(away, TOWN, local(24)) == [WANG, CHEN]
    helped = replace(away, take_overs=(TakeOver(TOWN, LI, *WEEK),))
    assert everyone(helped, TOWN, local(24)) == [LI, WANG, CHEN]
    assert everyone(rota, VILLAGE, local(24)) == []


def test_gaps_are_the_spans_in_which_all_of_an_area_are_away() -> None:
    rota = replace(
        FULL,
        leaves=(
            Leave(ZHANG, local(25), local(28)),
            Leave(LI, local(26), local(27)),
            Leave(ZHAO, local(29), local(20, month=12)),
        ),
        take_overs=(TakeOver(DISTRICT, WANG, local(30), local(1, month=12)),),
    )
    assert gaps(rota, (VILLAGE, TOWN, DISTRICT), local(24), days=14) == [
        Gap(VILLAGE, local(26), local(27)),
        Gap(DISTRICT, local(29), local(30)),
        Gap(DISTRICT, local(1, month=12), local(8, month=12)),
    ]


def test_an_area_without_a_rotation_is_one_gap() -> None:
    assert gaps(make_rota(), (VILLAGE,), local(24), days=3) == [Gap(VILLAGE, local(24), local(27))]


def test_a_circle_of_areas_ends() -> None:
    rota = Rota(parents={"a": "b", "b": "a"})
    assert chain(rota, "a") == ("a", "b")
    assert answering(rota, "a", local(24)).reason is Reason.NOBODY


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        (SHANGHAI, date(2026, 3, 29), time(2, 30), "2026-03-28T18:30"),
        (BERLIN, date(2026, 3, 22), time(9), "2026-03-22T08:00"),  # winter: UTC+1
        (BERLIN, date(2026, 3, 29), time(9), "2026-03-29T07:00"),  # summer: UTC+2
        (BERLIN, date(2026, 3, 29), time(2, 30), "2026-03-29T01:30"),  # no such time: an hour on
        (BERLIN, date(2026, 10, 25), time(2, 30), "2026-10-25T00:30"),  # twice: the first
        (BERLIN, date(2026, 10, 25), time(9), "2026-10-25T08:00"),
    ],
)
def test_a_handoff_keeps_its_wall_clock_time_through_summer_time(
    zone: ZoneInfo, day: date, at: time, utc: str
) -> None:
    plan = Rotation(VILLAGE, (ZHANG, LI), day - timedelta(days=7), 6, at)
    rota = replace(make_rota(plan), zone=zone)
    handoff = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert answering(rota, VILLAGE, handoff - timedelta(seconds=1)).staff_id == ZHANG
    assert answering(rota, VILLAGE, handoff).staff_id == LI


@pytest.mark.parametrize(
    "make",
    [
        lambda: Rotation(VILLAGE, (ZHANG,), MONDAY, 0, time(9), shift_days=0),
        lambda: Rotation(VILLAGE, (ZHANG,), MONDAY, 7, time(9)),
        lambda: Rotation(VILLAGE, (ZHANG,), MONDAY, 0, time(9, tzinfo=UTC)),
    ],
)
def test_a_rotation_no_calendar_can_follow_is_refused(make: Callable[[], Rotation]) -> None:
    with pytest.raises(BadRotation, match=VILLAGE):
        make()


EPOCH = datetime(2026, 10, 1, tzinfo=UTC)
moments = st.integers(0, 120 * 24 * 4).map(lambda quarter: EPOCH + timedelta(minutes=15 * quarter))
spans = st.tuples(moments, st.integers(1, 20 * 96)).map(
    lambda begun: (begun[0], begun[0] + timedelta(minutes=15 * begun[1]))
)
people = st.integers(0, 6)
areas = st.sampled_from([VILLAGE, TOWN, DISTRICT])
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
rotations = st.builds(
    Rotation,
    areas,
    st.lists(people, max_size=4).map(tuple),
    st.integers(0, 60).map(lambda day: date(2026, 10, 1) + timedelta(days=day)),
    st.integers(0, 6),
    times,
    st.sampled_from([1, 2, 7, 14]),
)
leaves = st.builds(lambda who, span: Leave(who, *span), people, spans)
take_overs = st.builds(lambda area, who, span: TakeOver(area, who, *span), areas, people, spans)
rotas = st.builds(
    Rota,
    st.lists(rotations, max_size=3).map(lambda rows: {row.area: row for row in rows}),
    st.lists(leaves, max_size=6).map(tuple),
    st.lists(take_overs, max_size=3).map(tuple),
    st.just(PARENTS),
    st.frozensets(people).map(lambda ids: {i: Member(i, f"员{i}", active=i != 6) for i in ids}),
    st.sampled_from([SHANGHAI, BERLIN]),
)


@settings(max_examples=150, deadline=None)
@given(rotas, areas, moments)
def test_there_is_always_one_present_answer_and_it_holds_until_it_says(
    rota: Rota, area: str, at: datetime
) -> None:
    duty = on_duty(rota, area, at)
    assert duty.until > at
    assert duty.next_staff_id == on_duty(rota, area, duty.until).staff_id
    assert (duty.staff_id is None) == (duty.reason is Reason.NOBODY)
    assert duty.staff_id not in dict(duty.skipped)
    if duty.staff_id is not None:
        assert rota.staff[duty.staff_id].active
        assert everyone(rota, duty.area, at)[0] == duty.staff_id
    for part in range(8):
        within = at + (duty.until - at) * part / 8
        answer = answering(rota, area, within)
        assert (answer.area, answer.staff_id) == (duty.area, duty.staff_id)


@settings(max_examples=100, deadline=None)
@given(rotas, areas, moments, moments)
def test_an_area_falls_back_exactly_in_its_gaps(
    rota: Rota, area: str, at: datetime, other: datetime
) -> None:
    found = gaps(rota, (area,), at, days=30)
    probe = at + (other - EPOCH) % timedelta(days=30)
    in_gap = any(gap.from_at <= probe < gap.until_at for gap in found)
    alone = answering(rota, area, probe).reason in (Reason.FALL_BACK, Reason.NOBODY)
    assert in_gap == alone


@settings(max_examples=50, deadline=None)
@given(rotations.filter(lambda plan: bool(plan.members)), moments)
def test_each_member_serves_in_turn_and_the_rotation_wraps(plan: Rotation, at: datetime) -> None:
    shift = plan.shift(at, SHANGHAI)
    for later in range(1, 6):
        begin = plan.handoff(shift + later, SHANGHAI)
        expected = plan.members[(shift + later) % len(plan.members)]
        assert plan.turns(begin, SHANGHAI)[0] == expected
