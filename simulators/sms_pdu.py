"""Short messages as a modem exchanges them: SMS-SUBMIT read, SMS-STATUS-REPORT written.

The layouts are those of 3GPP TS 23.040, the alphabet that of TS 23.038.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = {
    **{0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\"},
    **{0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€"},
}
ESCAPE = 0x1B
CODECS = {0x04: "latin-1", 0x08: "utf-16-be"}
"""How text is written that is not in the alphabet above."""
VALIDITY_OCTETS = {0b00: 0, 0b10: 1, 0b01: 7, 0b11: 7}
CONCATENATION = {0x00: 1, 0x08: 2}
"""Information elements that say which part this is, and the octets of their reference."""
DELIVERED = 0x00
UNDELIVERABLE = 0x46
"""TP-Status: the validity period of the message expired."""


class BadPdu(Exception):
    """Octets that are no SMS-SUBMIT."""


@dataclass(frozen=True, slots=True)
class Submit:
    """One short message, or one part of a long one, on its way out."""

    number: str
    text: str
    wants_report: bool
    reference: int = 0
    part: int = 1
    parts: int = 1


def read_submit(pdu: bytes) -> Submit:
    """The message in an SMS-SUBMIT with its service centre in front; raises BadPdu."""
    octets = iter(pdu)
    try:
        _take(octets, next(octets))
        first = next(octets)
        if first & 0b11 != 0b01:
            raise BadPdu("not an SMS-SUBMIT")
        next(octets)  # its own reference, which the modem sets anew
        number = _read_number(octets)
        next(octets)  # protocol identifier
        coding = next(octets)
        _take(octets, VALIDITY_OCTETS[first >> 3 & 0b11])
        length = next(octets)
        data = bytes(octets)
    except StopIteration:
        raise BadPdu("too short") from None
    reference, part, parts, header = _read_header(data) if first & 0x40 else (0, 1, 1, 0)
    text = _read_text(data, coding, length, header)
    return Submit(number, text, bool(first & 0x20), reference, part, parts)


def status_report(
    number: str, reference: int, status: int, sent: datetime, done: datetime
) -> bytes:
    """An SMS-STATUS-REPORT, with an empty service centre in front."""
    digits = number.removeprefix("+")
    kind = 0x91 if number.startswith("+") else 0x81
    address = bytes([len(digits), kind]) + _semi_octets(digits)
    times = _timestamp(sent) + _timestamp(done)
    return bytes([0x00, 0x06, reference]) + address + times + bytes([status])


def _take(octets: Iterator[int], count: int) -> bytes:
    taken = bytes(islice(octets, count))
    if len(taken) < count:
        raise BadPdu("too short")
    return taken


def _read_number(octets: Iterator[int]) -> str:
    digits, kind = next(octets), next(octets)
    packed = _take(octets, (digits + 1) // 2)
    if kind & 0x70 == 0x50:
        return _letters(_septets(packed, digits * 4 // 7))
    text = "".join(f"{octet & 0x0F:x}{octet >> 4:x}" for octet in packed)[:digits]
    return ("+" if kind & 0x70 == 0x10 else "") + text


def _read_header(data: bytes) -> tuple[int, int, int, int]:
    """Reference, part, parts, and the octets the whole header takes."""
    if not data or len(data) <= data[0]:
        raise BadPdu("its header is cut off")
    elements, whole = data[1 : data[0] + 1], data[0] + 1
    while len(elements) >= 2:
        body = elements[2 : 2 + elements[1]]
        size = CONCATENATION.get(elements[0])
        if size is not None and len(body) == size + 2:
            return int.from_bytes(body[:size], "big"), body[size + 1], body[size], whole
        elements = elements[2 + elements[1] :]
    return 0, 1, 1, whole


def _read_text(data: bytes, coding: int, length: int, header: int) -> str:
    alphabet = coding & 0x0C
    if len(data) * 8 < length * (7 if alphabet == 0 else 8):
        raise BadPdu("its text is cut off")
    if alphabet:
        return data[header:length].decode(CODECS.get(alphabet, "latin-1"), "replace")
    # The header is followed by fill bits, so that the text begins at a septet.
    return _letters(_septets(data, length)[(header * 8 + 6) // 7 :])


def _septets(packed: bytes, count: int) -> list[int]:
    bits = int.from_bytes(packed, "little")
    return [bits >> 7 * place & 0x7F for place in range(count)]


def _letters(septets: list[int]) -> str:
    text, escaped = "", False
    for septet in septets:
        if escaped:
            text, escaped = text + EXTENSION.get(septet, " "), False
        elif septet == ESCAPE:
            escaped = True
        else:
            text += ALPHABET[septet]
    return text


def _semi_octets(digits: str) -> bytes:
    even = digits + "f" * (len(digits) % 2)
    return bytes(int(even[i + 1] + even[i], 16) for i in range(0, len(even), 2))


def _timestamp(at: datetime) -> bytes:
    offset = at.utcoffset()
    quarters = int(offset.total_seconds() // 900) if offset is not None else 0
    zone = _semi_octets(f"{abs(quarters):02}")[0] | (0x08 if quarters < 0 else 0)
    return _semi_octets(f"{at:%y%m%d%H%M%S}") + bytes([zone])
