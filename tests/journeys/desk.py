"""One of staff at the desk: logs in, sees alerts, acts on them, over the HTTP contract."""

from collections.abc import Callable
from typing import Any

import httpx

from alerts.contract import AlertDetail, AlertList, AlertSummary
from tests.journeys.people import PASSWORD
from tests.journeys.waiting import PATIENCE_S, until


class Refused(Exception):
    """The hub said no; `title` is the sentence a person reads."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(f"{answer.status_code}: {answer.text}")
        self.status = answer.status_code
        self.title: str = answer.json()["title"]


class Desk:
    """A logged-in member of staff."""

    def __init__(self, url: str, login: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=PATIENCE_S, trust_env=False)
        session = self._ask("POST", "/v1/session", {"login": login, "password": PASSWORD})
        self._client.headers["X-CSRF-Token"] = session["csrf_token"]
        self.name: str = session["name"]

    def open(self) -> list[AlertSummary]:
        return AlertList.model_validate(self._ask("GET", "/v1/alerts")).alerts

    def all_of(self, device: str | None) -> list[AlertSummary]:
        """Every alert of a device, the closed ones too."""
        closed = self._ask("GET", "/v1/alerts?closed=true&limit=500")
        both = self.open() + AlertList.model_validate(closed).alerts
        return [alert for alert in both if alert.device == device]

    def sees(
        self, device: str | None, test: Callable[[AlertSummary], bool] = lambda _: True
    ) -> AlertDetail:
        """The one open alert of a device, once it is there and as the test wants it."""

        def found() -> AlertSummary | None:
            mine = [alert for alert in self.open() if alert.device == device]
            assert len(mine) < 2, f"{len(mine)} open alerts of {device}"
            return next((alert for alert in mine if test(alert)), None)

        return self.look(until(found, f"an alert of {device}").number)

    def look(self, number: int) -> AlertDetail:
        return AlertDetail.model_validate(self._ask("GET", f"/v1/alerts/{number}"))

    def act(self, number: int, action: str, **body: Any) -> AlertDetail:
        """acknowledge, dispatch, arrive, resolve, close …; raises Refused."""
        answer = self._ask("POST", f"/v1/alerts/{number}/{action}", body or None)
        return AlertDetail.model_validate(answer)

    def settle(self, number: int) -> None:
        """From our hands to the end."""
        self.act(number, "acknowledge")
        self.act(number, "resolve", outcome="false_press")
        self.act(number, "close")

    def leave(self) -> None:
        self._client.close()

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._client.request(method, path, json=body)
        if not answer.is_success:
            raise Refused(answer)
        return answer.json()
