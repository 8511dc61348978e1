import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_gateway.frame import Decoded, Frame
from device_gateway.trial import try_line
from tests.device_gateway.times import NINE

TOPIC = "yj/1/pendant-1/event"
PRESS = {"id": "e-1", "kind": "sos"}


def tried(line: str | bytes) -> dict[str, Any]:
    raw = line if isinstance(line, bytes) else line.encode()
    said: dict[str, Any] = json.loads(try_line("own_mqtt", raw, NINE))
    assert list(said) == ["device", "events", "readings", "answer", "refused"]
    return said


@pytest.mark.parametrize(
    "payload",
    [PRESS, json.dumps(PRESS), json.dumps(PRESS).encode().hex()],
    ids=["json", "text", "hex"],
)
def test_a_payload_may_be_an_object_a_text_or_hex(payload: Any) -> None:
    said = tried(json.dumps({"topic": TOPIC, "payload": payload}))
    assert (said["device"], said["refused"], said["answer"]) == ("pendant-1", None, None)
    assert [event["id"] for event in said["events"]] == ["e-1"]


def test_a_refusal_shows_its_reason_and_what_the_device_is_told() -> None:
    said = tried(json.dumps({"topic": TOPIC, "payload": {"kind": "party"}}))
    assert (said["refused"], said["answer"]) == ("unknown_kind", '{"error":"unknown_kind"}')


@pytest.mark.parametrize(
    ("line", "payload"), [(b"AB 00 0300\r\n", b"\xab\x00\x03\x00"), (b"[3G*1]", b"[3G*1]")]
)
def test_a_bare_line_is_hex_or_text(line: bytes, payload: bytes) -> None:
    def echo(frame: Frame) -> Decoded:
        return Decoded(frame.payload.hex(), answer=b"\x01\x02")

    said = json.loads(try_line("echo", line, NINE, {"echo": echo}))
    assert (said["device"], said["answer"]) == (payload.hex(), "0102")


@given(st.binary(max_size=200))
def test_any_line_gets_one_line_of_json(line: bytes) -> None:
    assert b"\n" not in try_line("own_mqtt", line, NINE)
    tried(line)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_any_payload_gets_one_line_of_json(payload: Any) -> None:
    tried(json.dumps({"topic": TOPIC, "payload": payload}))


def command(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "device_gateway", *arguments],
        input=given,
        capture_output=True,
        check=False,
    )


def test_the_command_answers_each_line() -> None:
    lines = [json.dumps({"topic": TOPIC, "payload": PRESS}).encode(), b"\xff\xfe", b"", b"{"]
    done = command("decode", "own_mqtt", given=b"\n".join(lines) + b"\n")
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [one["refused"] for one in said] == [None, "no_topic", "no_topic", "no_topic"]


def test_the_command_explains_itself_and_names_its_formats() -> None:
    assert b"decode PROTOCOL" in command("--help").stdout
    assert command("protocols").stdout.splitlines() == [b"own_mqtt"]
    unknown = command("decode", "morse")
    assert unknown.returncode == 2
    assert b"own_mqtt" in unknown.stderr
