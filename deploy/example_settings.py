"""Writes hub.example.toml: every setting with its default and what it is for.

`python -m deploy.example_settings` writes it anew; a test fails while it is not up to date.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from alerts.broker import BrokerFiles
from alerts.settings import Settings as HubSettings
from deploy.toml_text import literal
from device_gateway.settings import Settings as GatewaySettings
from kiosk_ui.settings import KioskSettings

FILE = Path(__file__).parents[1] / "hub.example.toml"

SHAPES: dict[str, type[BaseModel]] = {
    "alerts": HubSettings,
    "broker": BrokerFiles,
    "device_gateway": GatewaySettings,
    "kiosk_ui": KioskSettings,
}
"""Every table a settings file may hold."""

HEAD = """\
# Every setting of yijian-hub with its default. One file serves all programs of a machine; each
# reads its own table. What is left out keeps its default; an unknown key is an error at start.
# A key behind # has no default. Written by `python -m deploy.example_settings`.
"""
WIDTH = 98


def example() -> str:
    """The text of hub.example.toml."""
    lines = [HEAD.rstrip()]
    for name, shape in SHAPES.items():
        lines += table(name, shape)
    return "\n".join(lines) + "\n"


def table(name: str, shape: type[BaseModel]) -> Iterator[str]:
    """One table; tables within it follow it."""
    yield ""
    yield from comment(inspect.getdoc(shape) or "")
    yield f"[{name}]"
    inner: dict[str, type[BaseModel]] = {}
    documented = attribute_docs(shape)
    for key, field in shape.model_fields.items():
        kind = field.annotation
        if inspect.isclass(kind) and issubclass(kind, BaseModel):
            inner[key] = kind
            continue
        yield from comment(field.description or documented.get(key, ""))
        yield setting(key, field)
    for key, kind in inner.items():
        yield from table(f"{name}.{key}", kind)


def setting(key: str, field: FieldInfo) -> str:
    """One key with its default."""
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    return f"# {key} =" if value is None else f"{key} = {literal(value)}"


def comment(text: str) -> list[str]:
    """A description as comment lines."""
    return [f"# {line}" for line in textwrap.wrap(" ".join(text.split()), WIDTH)]


def attribute_docs(shape: type[BaseModel]) -> dict[str, str]:
    """The sentences that stand below the fields of a class and of those it is made from."""
    found: dict[str, str] = {}
    for cls in reversed(shape.__mro__):
        if issubclass(cls, BaseModel) and cls is not BaseModel:
            found.update(_docs_of(cls))
    return found


def _docs_of(cls: type) -> Iterator[tuple[str, str]]:
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(body, ast.ClassDef)  # noqa: S101 (the source of a class)
    for field, after in zip(body.body, body.body[1:], strict=False):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            yield field.target.id, str(after.value.value)


def main() -> int:
    """Write the file."""
    FILE.write_text(example(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
