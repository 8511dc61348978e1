"""What somebody typed into a form, read one field at a time; a wrong one is named in words."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from alerts.register import Wrong
from alerts.web.words import SHANGHAI


class Fields:
    """One submitted form; every reader raises Wrong with the field's label."""

    def __init__(self, form: FormData) -> None:
        """Uploads are not expected: only texts are looked at."""
        self._form = form

    def has(self, name: str) -> bool:
        """Whether a box was ticked, or a field sent at all."""
        return name in self._form

    def text(self, name: str, label: str, limit: int = 64, *, needed: bool = False) -> str:
        """Without blanks around it."""
        value = self._form.get(name, "")
        found = value.strip() if isinstance(value, str) else ""
        if len(found) > limit:
            raise Wrong(f"{label}最多 {limit} 个字")
        if needed and not found:
            raise Wrong(f"请填写{label}")
        return found

    def secret(self, name: str) -> str:
        """A password exactly as typed; too long is nobody's."""
        value = self._form.get(name, "")
        return value if isinstance(value, str) and len(value) <= 256 else ""

    def texts(self, name: str, label: str, limit: int = 64) -> list[str]:
        """All fields of this name, in order."""
        found = [v.strip() for v in self._form.getlist(name) if isinstance(v, str)]
        if any(len(v) > limit for v in found):
            raise Wrong(f"{label}最多 {limit} 个字")
        return found

    def number(self, name: str, label: str) -> float | None:
        """A number, or None where nothing was typed."""
        typed = self.text(name, label)
        if not typed:
            return None
        try:
            found = float(typed)
        except ValueError:
            raise Wrong(f"{label}要填数字") from None
        if not abs(found) < 1e9:
            raise Wrong(f"{label}要填数字")
        return found

    def whole(self, name: str, label: str) -> int | None:
        """A whole number, or None."""
        found = self.number(name, label)
        if found is not None and found != int(found):
            raise Wrong(f"{label}要填整数")
        return None if found is None else int(found)

    def date(self, name: str, label: str) -> date:
        """A day."""
        try:
            return date.fromisoformat(self.text(name, label, needed=True))
        except ValueError:
            raise Wrong(f"{label}不是日期") from None

    def time(self, name: str, label: str) -> time:
        """A time of the wall clock."""
        try:
            found = time.fromisoformat(self.text(name, label, needed=True))
        except ValueError:
            raise Wrong(f"{label}不是时间") from None
        return found.replace(tzinfo=None)

    def moment(self, name: str, label: str) -> datetime:
        """A day and time of the wall clock, as UTC."""
        try:
            found = datetime.fromisoformat(self.text(name, label, needed=True))
        except ValueError:
            raise Wrong(f"{label}不是时间") from None
        return found.replace(tzinfo=found.tzinfo or SHANGHAI).astimezone(UTC)


async def _fields(request: Request) -> Fields:
    return Fields(await request.form())


Typed = Annotated[Fields, Depends(_fields)]
