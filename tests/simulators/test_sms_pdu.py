"""Short messages on the wire, against octets that others published."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.sms_pdu import BadPdu, Submit, read_submit, status_report

# The first three are test data of python-gsmmodem-new, the fourth is the worked example of
# "hellohello" that descriptions of the format use.
PUBLISHED = [
    (
        "0001000B917228001011F100000CC8329BFD065DDF72363904",
        Submit("+27820001111", "Hello World!", wants_report=False),
    ),
    (
        "0005000B917228001011F10000094676788E064D9B53",
        Submit("+27820001111", "Flash SMS", wants_report=False),
    ),
    (
        "0591721891F101000B917228214365F700040C48656C6C6F20776F726C6421",
        Submit("+27821234567", "Hello world!", wants_report=False),
    ),
    (
        "0011000B916407281553F80000AA0AE8329BFD4697D9EC37",
        Submit("+46708251358", "hellohello", wants_report=False),
    ),
]


@pytest.mark.parametrize(("octets", "submit"), PUBLISHED)
def test_published_messages_are_read(octets: str, submit: Submit) -> None:
    assert read_submit(bytes.fromhex(octets)) == submit


def test_chinese_is_read_with_its_wish_for_a_report() -> None:
    text = "张大爷摔倒".encode("utf-16-be")
    octets = "0031000B813108000001F00008A7" + f"{len(text):02x}" + text.hex()
    submit = read_submit(bytes.fromhex(octets))
    assert submit == Submit("13800000100", "张大爷摔倒", wants_report=True)


@pytest.mark.parametrize(
    ("header", "reference"), [("0500037B0302", 0x7B), ("0608047B7B0302", 0x7B7B)]
)
def test_a_part_of_a_long_message_says_which(header: str, reference: int) -> None:
    text = "第二段".encode("utf-16-be").hex()
    length = (len(header) + len(text)) // 2
    octets = f"0041000B915155214365F70008{length:02x}{header}{text}"
    submit = read_submit(bytes.fromhex(octets))
    assert (submit.reference, submit.part, submit.parts) == (reference, 2, 3)
    assert submit.text == "第二段"


def test_letters_outside_the_basic_alphabet_are_escaped() -> None:
    # "[€]" is 1B 3C 1B 65 1B 3E, six septets, packed into six octets.
    packed = sum(septet << 7 * i for i, septet in enumerate(bytes.fromhex("1b3c1b651b3e")))
    octets = "0001000B917228001011F1000006" + packed.to_bytes(6, "little").hex()
    assert read_submit(bytes.fromhex(octets)).text == "[€]"


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        ("", "too short"),
        ("00", "too short"),
        ("0001000B9172", "too short"),
        ("0000000B917228001011F100000CC8329BFD065DDF72363904", "not an SMS-SUBMIT"),
        ("0001000B917228001011F100000CC8329B", "cut off"),
        # python-gsmmodem-new's own example of a length that lies.
        ("0041010C910661345542F60008A0050003000301306F3044", "cut off"),
        ("0041010C910661345542F60008020905", "cut off"),
    ],
)
def test_octets_that_are_no_message_are_refused(octets: str, why: str) -> None:
    with pytest.raises(BadPdu, match=why):
        read_submit(bytes.fromhex(octets))


@given(st.binary(max_size=180))
def test_octets_from_anywhere_are_a_message_or_a_bad_one(octets: bytes) -> None:
    try:
        submit = read_submit(octets)
    except BadPdu:
        return
    assert isinstance(submit.text, str)


def test_a_status_report_is_laid_out_as_published() -> None:
    sent = datetime(2026, 11, 24, 16, 5, 9, tzinfo=timezone(timedelta(hours=8)))
    octets = status_report("+8613800000100", 0x2A, 0, sent, sent + timedelta(seconds=3))
    fields = ["00", "06", "2a", "0d", "91", "683108000001f0"]
    times = ["62114261509023", "62114261502123", "00"]
    assert octets.hex() == "".join(fields + times)


def test_a_time_west_of_greenwich_has_its_sign_in_the_zone() -> None:
    sent = datetime(2026, 11, 24, 3, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert status_report("123", 1, 0, sent, sent)[-2:].hex() == "0a00"
    assert status_report("123", 1, 0, sent.astimezone(UTC), sent)[-9] == 0
