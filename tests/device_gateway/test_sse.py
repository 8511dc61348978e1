from hypothesis import given
from hypothesis import strategies as st

from device_gateway.sse import Message, messages


def test_a_message_is_whole_at_its_empty_line() -> None:
    lines = [
        b": ping\n",
        b"id: 7\n",
        b"data: {\n",
        b"data: }\r\n",
        b"\r\n",
        b"event: x\n",
        b"data:y\n",
    ]
    assert list(messages(lines)) == [Message("7", "message", "{\n}")]


def test_names_and_missing_ids_are_read() -> None:
    assert list(messages([b"event: command\n", b"data: 1\n", b"\n", b"data: 2\n", b"\n"])) == [
        Message("", "command", "1"),
        Message("", "message", "2"),
    ]


@given(st.lists(st.binary(max_size=40)))
def test_no_bytes_break_the_stream(lines: list[bytes]) -> None:
    assert len(list(messages(lines))) <= len(lines)
