"""Server-sent events: from lines of bytes to whole messages. Pure; survives any bytes."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Message(NamedTuple):
    """One message: its id (empty where it has none), its name and its data."""

    id: str
    name: str
    data: str


def messages(lines: Iterable[bytes]) -> Iterator[Message]:
    """Whole messages as their last line comes; comments are only a sign of life."""
    own, name, data = "", "message", list[str]()
    for line in lines:
        field, _, value = line.rstrip(b"\r\n").decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if not field and not value:
            if data:
                yield Message(own, name, "\n".join(data))
            own, name, data = "", "message", []
        elif field == "data":
            data.append(value)
        elif field == "id":
            own = value
        elif field == "event":
            name = value
