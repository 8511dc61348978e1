"""The hub's replies as they happen: one stream, opened again whenever it ends or falls silent."""

import logging
from collections.abc import Sequence

from pydantic import ValidationError
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QNetworkReply, QNetworkRequest

from alerts.contract import Reply
from kiosk_ui import sse
from kiosk_ui.request import from_reply
from kiosk_ui.wire import Wire, status_of

log = logging.getLogger(__name__)

_CONTENT_TYPE = QNetworkRequest.KnownHeaders.ContentTypeHeader


class Stream(QObject):
    """GET /v1/replies with Last-Event-ID; bad lines are skipped, the stream goes on."""

    said = Signal(object)
    """News, one at a time and in order."""
    opened = Signal()
    lost = Signal()

    def __init__(
        self, wire: Wire, waits: Sequence[float], silence_s: float, parent: QObject | None = None
    ) -> None:
        """Closed until started."""
        super().__init__(parent)
        self._wire = wire
        self._waits = waits
        self._failures = 0
        self._last_id: str | None = None
        self._reply: QNetworkReply | None = None
        self._parser = sse.Parser()
        self.is_open = False
        self._retry = QTimer(self, singleShot=True)
        self._retry.timeout.connect(self.start)
        self._silence = QTimer(self, singleShot=True, interval=round(silence_s * 1000))
        self._silence.timeout.connect(self._fell_silent)

    def start(self) -> None:
        """Open it now, unless it is being opened or open."""
        if self._reply is not None:
            return
        self._retry.stop()
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-cache"}
        if self._last_id is not None:
            headers["Last-Event-ID"] = self._last_id
        self._parser = sse.Parser()
        self._reply = self._wire.stream("/v1/replies", headers)
        self._reply.metaDataChanged.connect(self._answered)
        self._reply.readyRead.connect(self._read)
        self._reply.finished.connect(self._ended)
        self._silence.start()

    def stop(self) -> None:
        """Close it for good."""
        self._retry.stop()
        self._silence.stop()
        reply, self._reply = self._reply, None
        if reply is not None:
            reply.abort()

    def _answered(self) -> None:
        kind = self._reply.header(_CONTENT_TYPE) if self._reply is not None else None
        if self._reply is None or status_of(self._reply) != 200:
            return
        if str(kind).startswith("text/event-stream") and not self.is_open:
            self.is_open = True
            self._failures = 0
            self.opened.emit()

    def _read(self) -> None:
        if self._reply is None or not self.is_open:
            return
        self._silence.start()
        for message in self._parser.feed(bytes(self._reply.readAll().data())):
            self._take(message)

    def _take(self, message: sse.Message) -> None:
        if message.id is not None:
            self._last_id = message.id
        if message.name != "reply":
            return
        try:
            news = from_reply(Reply.model_validate_json(message.data))
        except ValidationError as why:
            log.warning("replies: skipped a line that is no reply (%d faults)", why.error_count())
            return
        self.said.emit(news)

    def _fell_silent(self) -> None:
        if self._reply is not None:
            log.warning("replies: silent for too long, opening the stream again")
            self._reply.abort()

    def _ended(self) -> None:
        reply, self._reply = self._reply, None
        if reply is None:
            return
        if self._failures == 0:
            log.warning("replies: stream lost (%s)", status_of(reply) or reply.errorString())
        reply.deleteLater()
        self._silence.stop()
        self.is_open = False
        wait = self._waits[min(self._failures, len(self._waits) - 1)]
        self._failures += 1
        self._retry.start(round(wait * 1000))
        self.lost.emit()
