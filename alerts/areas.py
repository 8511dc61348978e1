"""The tree 区 → 镇街 → 村社, read from areas.yaml into the database."""

from importlib import resources
from typing import Any

import yaml
from sqlalchemy import Connection, insert, select

from alerts.directory import DISTRICT, TOWN, VILLAGE, changed
from alerts.store.tables import area


def tree() -> list[dict[str, Any]]:
    """All nodes as rows, parents first."""
    text = resources.files("alerts").joinpath("areas.yaml").read_text("utf-8")
    document = yaml.safe_load(text)
    district = document["district"]
    rows = [_row(district["code"], district["name"], DISTRICT, None)]
    for town in document["towns"]:
        rows.append(_row(town["code"], town["name"], TOWN, district["code"]))
        rows += [_row(v["code"], v["short"], VILLAGE, town["code"]) for v in town["villages"]]
    return rows


def install(tx: Connection) -> int:
    """Add what is missing; returns how many were added."""
    there = set(tx.execute(select(area.c.code)).scalars())
    missing = [row for row in tree() if row["code"] not in there]
    if missing:
        tx.execute(insert(area), missing)
        changed(tx)
    return len(missing)


def _row(code: str, name: str, level: str, parent: str | None) -> dict[str, Any]:
    return {"code": str(code), "name": name, "level": level, "parent": parent and str(parent)}
