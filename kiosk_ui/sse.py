"""Server-sent events, from pieces of bytes to whole messages. Pure; survives any bytes."""

from dataclasses import dataclass

LONGEST = 64 * 1024
"""More than this without a line end is no stream of ours; it is thrown away."""


@dataclass(frozen=True)
class Message:
    """One message: its id where it has one, its name, its data."""

    id: str | None
    name: str
    data: str


class Parser:
    """Takes bytes as they come and gives whole messages; comments are only a sign of life."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._rest = b""
        self._id: str | None = None
        self._name = "message"
        self._data: list[str] = []

    def feed(self, piece: bytes) -> list[Message]:
        """The messages completed by this piece."""
        *lines, self._rest = (self._rest + piece).replace(b"\r\n", b"\n").split(b"\n")
        if len(self._rest) > LONGEST:
            self._rest = b""
        messages = (self._line(line.decode("utf-8", "replace")) for line in lines)
        return [message for message in messages if message is not None]

    def _line(self, line: str) -> Message | None:
        if not line:
            return self._complete()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
        elif field == "id":
            self._id = value
        elif field == "event":
            self._name = value
        return None

    def _complete(self) -> Message | None:
        message = Message(self._id, self._name, "\n".join(self._data)) if self._data else None
        self._id, self._name, self._data = None, "message", []
        return message
