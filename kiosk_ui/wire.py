"""HTTP to the hub: the token on every request, a limit on every wait, an answer every time."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QObject, QUrl
from PySide6.QtNetwork import (
    QNetworkAccessManager,
    QNetworkProxy,
    QNetworkReply,
    QNetworkRequest,
)

TIMEOUT_MS = 10_000
LONGEST_ANSWER = 4 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """What came back; `status` is 0 where nothing did, and `trouble` says why."""

    status: int
    body: bytes
    trouble: str = ""

    @property
    def ok(self) -> bool:
        """A 2xx."""
        return 200 <= self.status < 300

    @property
    def reached(self) -> bool:
        """The hub itself answered and knows this kiosk, whatever it said."""
        return 0 < self.status < 500 and self.status not in (401, 403, 407)

    @property
    def why(self) -> str:
        """One line for the log, without anything personal."""
        return self.trouble or f"HTTP {self.status}"


class Wire(QObject):
    """Requests under one address with one token."""

    def __init__(self, hub_url: str, token: str, parent: QObject | None = None) -> None:
        """Nothing is sent yet."""
        super().__init__(parent)
        self._hub_url = hub_url.rstrip("/")
        self._token = token
        self._network = QNetworkAccessManager(self)
        self._network.setProxy(QNetworkProxy(QNetworkProxy.ProxyType.NoProxy))
        self._closed = False
        self._network.setRedirectPolicy(QNetworkRequest.RedirectPolicy.ManualRedirectPolicy)

    def close(self) -> None:
        """Ask nothing more and hear nothing more."""
        self._closed = True

    def post(self, path: str, body: str, done: Callable[[Answer], None]) -> None:
        """POST JSON; `done` hears the answer once, also when there is none."""
        request = self._request(path)
        request.setHeader(QNetworkRequest.KnownHeaders.ContentTypeHeader, "application/json")
        self._when_done(self._network.post(request, QByteArray(body.encode())), done)

    def get(self, path: str, done: Callable[[Answer], None]) -> None:
        """GET; `done` hears the answer once, also when there is none."""
        self._when_done(self._network.get(self._request(path)), done)

    def stream(self, path: str, headers: dict[str, str]) -> QNetworkReply:
        """GET without an end; the caller reads it and watches for its silence."""
        request = self._request(path)
        request.setTransferTimeout(0)
        for name, value in headers.items():
            request.setRawHeader(name.encode(), value.encode())
        return self._network.get(request)

    def _request(self, path: str) -> QNetworkRequest:
        request = QNetworkRequest(QUrl(self._hub_url + path))
        request.setRawHeader(b"Authorization", f"Bearer {self._token}".encode())
        request.setTransferTimeout(TIMEOUT_MS)
        return request

    def _when_done(self, reply: QNetworkReply, done: Callable[[Answer], None]) -> None:
        def finished() -> None:
            status = status_of(reply)
            body = bytes(reply.read(LONGEST_ANSWER).data())
            reply.deleteLater()
            if not self._closed:
                done(Answer(status, body, "" if status else reply.errorString()))

        reply.finished.connect(finished)


def status_of(reply: QNetworkReply) -> int:
    """The HTTP status, 0 where there was no answer."""
    status = reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
    return int(status) if status is not None else 0
