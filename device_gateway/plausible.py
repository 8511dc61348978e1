"""What a working device can say: numbers within bounds, moments with an offset, usable ids."""

import re
from datetime import UTC, datetime
from typing import Any

from alerts.contract import PLAUSIBLE

ID_LENGTH = 128
_NUMBERS = frozenset({int, float})
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)


def value_fault(values: Any) -> str | None:
    """Why these values are no measurement, or None where they can be one."""
    if type(values) is not dict or not values:
        return "no_values"
    for name, value in values.items():
        bounds = PLAUSIBLE.get(name)
        if bounds is None:
            return "unknown_value"
        if type(value) not in _NUMBERS:
            return "not_a_number"
        if not bounds[0] <= value <= bounds[1]:
            return f"implausible:{name}"
    return None


def is_moment(at: Any) -> bool:
    """True for an RFC 3339 time with an offset that also exists in UTC."""
    if type(at) is not str or _MOMENT.fullmatch(at) is None:
        return False
    try:
        datetime.fromisoformat(at.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return True


def is_id(value: Any) -> bool:
    """True for a printable text of 1 to 128 characters."""
    return type(value) is str and 0 < len(value) <= ID_LENGTH and value.isprintable()
