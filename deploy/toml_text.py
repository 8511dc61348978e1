"""Writes values as TOML; the standard library only reads it."""

import json
from collections.abc import Mapping, Sequence
from datetime import time
from enum import Enum
from pathlib import Path


def literal(value: object) -> str:
    """One value as it stands behind the equals sign."""
    if isinstance(value, Enum):
        return literal(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, str | Path):
        return _text(str(value))
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(str(key))} = {literal(item)}" for key, item in value.items())
        return "{ " + ", ".join(pairs) + " }" if value else "{}"
    if isinstance(value, Sequence | frozenset | set):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    raise TypeError(f"{value!r} cannot be written as TOML")


def _text(text: str) -> str:
    """A literal string where only its quotes would need escaping."""
    if '"' in text and text.isprintable() and "'" not in text:
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False)


def document(tables: Mapping[str, Mapping[str, object]]) -> str:
    """A whole file: one table after the other, names as given (dotted for tables in tables)."""
    parts = []
    for name, table in tables.items():
        lines = [f"{key} = {literal(value)}" for key, value in table.items()]
        parts.append("\n".join([f"[{name}]", *lines]) + "\n")
    return "\n".join(parts)
