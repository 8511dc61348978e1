"""Who did what, when: append-only, each row hashed together with the one before it."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, insert, select, update

from alerts.store.tables import audit, head

_LOCK = (
    update(head)
    .where(head.c.name == "audit")
    .values(seq=head.c.seq + bindparam("rows"))
    .returning(head.c.seq, head.c.hash)
)
_SEAL = update(head).where(head.c.name == "audit").values(hash=bindparam("new_hash"))
_INSERT = insert(audit)


def append(tx: Connection, at: datetime, rows: list[dict[str, Any]]) -> None:
    """Add rows `{who, what, alert, subject, detail}` to the chain, in this transaction."""
    if not rows:
        return
    last_seq, link = tx.execute(_LOCK, {"rows": len(rows)}).one()
    first = last_seq - len(rows) + 1
    sealed = []
    for seq, row in enumerate(rows, first):
        link = _hash(link, seq, at, row)
        sealed.append({"seq": seq, "at": at, **row, "hash": link})
    tx.execute(_INSERT, sealed)
    tx.execute(_SEAL, {"new_hash": link})


def broken_links(tx: Connection) -> Iterator[int]:
    """Numbers of rows that were changed, or stand behind one that was removed."""
    link, expected = "", 1
    for row in tx.execute(select(audit).order_by(audit.c.seq)):
        content = {name: getattr(row, name) for name in ("who", "what", "alert", "subject")}
        content["detail"] = row.detail
        if row.seq != expected or row.hash != _hash(link, row.seq, row.at, content):
            yield row.seq
        link, expected = row.hash, row.seq + 1
    kept = tx.execute(select(head.c.seq, head.c.hash).where(head.c.name == "audit")).one()
    if kept.seq != expected - 1 or kept.hash != link:
        yield expected


def _hash(link: str, seq: int, at: datetime, row: dict[str, Any]) -> str:
    content = orjson.dumps(
        [link, seq, at, row["who"], row["what"], row["alert"], row["subject"], row["detail"]],
        option=orjson.OPT_SORT_KEYS | orjson.OPT_NAIVE_UTC,
    )
    return hashlib.sha256(content).hexdigest()
