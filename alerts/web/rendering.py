"""Templates into pages: everything is escaped, every file of ours is named by its content."""

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from alerts.web import words

STATIC = Path(__file__).parent / "static"

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Nothing from elsewhere, no script in a page, nothing personal left in a cache."""


@cache
def static_url(name: str) -> str:
    """Where a file of ours is served; a changed file has another address."""
    made = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={made}"


def page(template: str, context: dict[str, Any], status: int = 200) -> HTMLResponse:
    """The answer with this template filled."""
    return HTMLResponse(_env.get_template(template).render(context), status, headers=HEADERS)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


_env = Environment(
    loader=PackageLoader("alerts.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_env.globals["static"] = static_url
_env.globals["words"] = words
_env.filters["iso"] = _iso
_env.filters["clock"] = words.clock
_env.filters["moment"] = words.moment_text
_env.filters["ago"] = words.ago
_env.filters["ahead"] = words.ahead
_env.filters["span"] = words.span
_env.filters["reason"] = words.reason_text
