"""Small files of the gateway: whole or absent after a crash, readable by their owner only."""

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Replace the file; when this returns the new content is on the disk."""
    partial = path.with_name(path.name + ".part")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_if_there(path: Path) -> bytes | None:
    """The file's content, or None where it does not exist."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
