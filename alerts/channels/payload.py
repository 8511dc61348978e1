"""What a siren is sent: a text with named places, filled so that JSON stays JSON."""

import json
from string import Template

from alerts.channels.channel import Outgoing

SAMPLE = Outgoing(
    notice_id=1,
    key="1",
    attempt=1,
    alert=1,
    device='a"b',
    kind="sos",
    severity=1,
    area="330211",
    address="",
    text="",
)


def check(template: str) -> None:
    """Raise ValueError where a template has an unknown place or is no JSON when filled.

    A template that does not begin like an object or a list is sent as it is, a plain `ON`.
    """
    try:
        filled = fill(Template(template), SAMPLE)
    except KeyError as unknown:
        raise ValueError(f"unknown place ${unknown.args[0]}; known are {_known()}") from None
    except ValueError:
        raise ValueError("a single $; write $$ for a dollar sign") from None
    if template.lstrip()[:1] in ("{", "["):
        try:
            json.loads(filled)
        except ValueError as why:
            raise ValueError(f"not JSON when filled: {why}") from None


def fill(template: Template, out: Outgoing) -> str:
    """The template with this notice's alert in its places."""
    return template.substitute(_places(out))


def _places(out: Outgoing) -> dict[str, object]:
    return {
        "alert": out.alert,
        "severity": out.severity,
        "attempt": out.attempt,
        "device": _inside_quotes(out.device or ""),
        "kind": _inside_quotes(out.kind),
        "area": _inside_quotes(out.area),
    }


def _inside_quotes(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _known() -> str:
    return ", ".join(f"${place}" for place in _places(SAMPLE))
