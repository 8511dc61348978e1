"""Every file has its place: a new one that fits no layer fails until someone says where it belongs.

The places stand in deploy/layout.toml. `python -m deploy.check_layout` prints what is wrong.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).parent / "layout.toml"
TEXT = {".py", ".qml", ".js", ".css", ".html", ".md", ".toml", ".sh", ".conf", ".service", ""}
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(home|root|work|Users)/\w")
"""A path that exists on one machine only."""
REGISTRY = re.compile(
    r"https?://[^\s\"']*(pypi|pythonhosted|npmjs|artifact|registry)", re.IGNORECASE
)
FORBIDDEN_CALLS = {"now", "utcnow", "today", "monotonic", "perf_counter", "open", "print"}
"""Reading a clock, or doing I/O, without an import that would show it."""


@dataclass(frozen=True)
class Layout:
    """What deploy/layout.toml says."""

    top: frozenset[str]
    layers: dict[str, dict[str, list[str]]]
    io_modules: frozenset[str]
    longest: int
    longer: dict[str, int]
    no_text_check: tuple[str, ...]


def read_layout(path: Path = TABLE) -> Layout:
    """The table of places."""
    table = tomllib.loads(path.read_text("utf-8"))
    return Layout(
        top=frozenset(table["top"]["entries"]),
        layers=table["packages"],
        io_modules=frozenset(table["pure"]["never_imports"]),
        longest=table["length"]["python"],
        longer=table["length"]["longer"],
        no_text_check=tuple(table["text"]["not_ours"]),
    )


def misplaced(files: Iterable[str], layout: Layout) -> Iterator[str]:
    """Files that stand in no layer."""
    for file in files:
        parts = file.split("/")
        if parts[0] not in layout.top:
            yield f"{file}: {parts[0]!r} is no entry of [top] in deploy/layout.toml"
        elif parts[0] in layout.layers and layer_of(file, layout) is None:
            yield f"{file}: fits no layer of {parts[0]}; say in deploy/layout.toml where it belongs"


def layer_of(file: str, layout: Layout) -> str | None:
    """The layer a package's file belongs to: by its module's name, or by its folder's."""
    package, name = file.split("/")[:2]
    module = name.removesuffix(".py")
    for layer, members in layout.layers[package].items():
        if module in members:
            return layer
    return None


def impure(file: str, source: str, layout: Layout) -> Iterator[str]:
    """What a pure module must not have: I/O, or a clock of its own."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [(node.module or "").split(".")[0]]
        elif isinstance(node, ast.Call) and _called(node) in FORBIDDEN_CALLS:
            yield f"{file}:{node.lineno}: a pure module calls {_called(node)}()"
            continue
        else:
            continue
        for name in layout.io_modules.intersection(names):
            yield f"{file}:{node.lineno}: a pure module imports {name}"


def _called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def too_long(file: str, source: str, layout: Layout) -> Iterator[str]:
    """A Python file that holds a second idea, by its length."""
    lines = source.count("\n")
    limit = layout.longer.get(file, layout.longest)
    if lines > limit:
        yield f"{file}: {lines} lines, at most {limit}; look for the second idea in it"


def foreign(file: str, source: str) -> Iterator[str]:
    """A path of one machine, or the address of a package registry."""
    for number, line in enumerate(source.splitlines(), 1):
        if MACHINE_PATH.search(line) or REGISTRY.search(line):
            yield f"{file}:{number}: names one machine's path or a package registry"


def problems(root: Path, files: list[str], layout: Layout) -> Iterator[str]:
    """Everything that is wrong with these files."""
    yield from misplaced(files, layout)
    for file in files:
        path = root / file
        if path.suffix not in TEXT or file.startswith(layout.no_text_check) or not path.is_file():
            continue
        source = path.read_text("utf-8")
        yield from foreign(file, source)
        if path.suffix != ".py":
            continue
        yield from too_long(file, source, layout)
        if file.split("/")[0] in layout.layers and layer_of(file, layout) == "pure":
            yield from impure(file, source, layout)


def all_files(root: Path) -> list[str]:
    """What git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout  # noqa: S603 (fixed command)
    return sorted(name for name in listed.split("\0") if name)


def main() -> int:
    """Print what is wrong; 0 where nothing is."""
    root = Path(__file__).parents[1]
    found = list(problems(root, all_files(root), read_layout()))
    print("\n".join(found) or "every file has its place")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
