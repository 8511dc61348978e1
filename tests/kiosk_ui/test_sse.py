import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk_ui.sse import LONGEST, Message, Parser

STREAM = (
    ': ping\r\n\r\nid: 1\r\nevent: reply\r\ndata: {"a": "张"}\r\n\r\n'
    "id: 2\nevent: reply\ndata: x\ndata: y\n\ndata:z\n\n"
).encode()
MESSAGES = [
    Message("1", "reply", '{"a": "张"}'),
    Message("2", "reply", "x\ny"),
    Message(None, "message", "z"),
]


@given(st.lists(st.integers(0, len(STREAM)), max_size=6))
def test_messages_are_the_same_however_the_bytes_are_cut(cuts: list[int]) -> None:
    parser = Parser()
    edges = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[a:b] for a, b in itertools.pairwise(edges)]
    assert [message for piece in pieces for message in parser.feed(piece)] == MESSAGES


@given(st.binary(max_size=300))
def test_any_bytes_are_survived_and_the_next_message_is_read(noise: bytes) -> None:
    parser = Parser()
    parser.feed(noise + b"\n\n")
    assert parser.feed(b"id: 9\ndata: ok\n\n")[-1:] == [Message("9", "message", "ok")]


@pytest.mark.parametrize("size", [LONGEST + 1, 3 * LONGEST])
def test_an_endless_line_is_not_kept(size: int) -> None:
    parser = Parser()
    assert parser.feed(b"x" * size) == []
    assert parser.feed(b"\n\ndata: ok\n\n") == [Message(None, "message", "ok")]
