"""One call for a person, from the press to its end, as its visitor sees it. Pure."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from alerts.contract import Kind, Reply, RequestProgress, Stage

UNREACHED_S = 3.0
"""A press the hub has not confirmed by now is told as kept on this machine."""

FORGOTTEN_S = 12 * 3600.0
"""A request that never ended leaves the screen after this; the outbox still keeps its press."""

RANK: dict[Stage, int] = {
    Stage.RECEIVED: 0,
    Stage.STILL_CALLING: 1,
    Stage.ACCEPTED: 2,
    Stage.ON_THE_WAY: 3,
    Stage.ARRIVED: 4,
    Stage.CLOSED: 5,
}


@dataclass(frozen=True)
class News:
    """What the hub said about one event, over the stream or asked for."""

    event: str
    stage: Stage
    by: str | None
    text: str
    at: datetime
    number: int | None = None
    cancelled: bool = False


@dataclass(frozen=True)
class Request:
    """A press and everything that followed; `pressed` is monotonic, the rest is the hub's."""

    kind: Kind
    events: tuple[str, ...]
    """Ids of the press and of every further press for the same request."""
    pressed: float
    on_disk: bool = True
    reached: bool = False
    stage: Stage = Stage.RECEIVED
    by: str | None = None
    text: str = ""
    stage_at: datetime | None = None
    number: int | None = None
    cancelled: bool = False

    @property
    def event(self) -> str:
        """The press that opened it."""
        return self.events[0]

    @property
    def presses(self) -> int:
        """How often it was pressed."""
        return len(self.events)

    @property
    def owned(self) -> bool:
        """A named person has it."""
        return RANK[self.stage] >= RANK[Stage.ACCEPTED]

    @property
    def ended(self) -> bool:
        """Nothing more will come."""
        return self.cancelled or self.stage is Stage.CLOSED

    def pressed_again(self, event: str) -> "Request":
        """The same request with one press more."""
        return replace(self, events=(*self.events, event))

    def after(self, news: News) -> "Request":
        """What is known with this news; older news changes no stage."""
        known = replace(
            self,
            reached=True,
            number=self.number if news.number is None else news.number,
            cancelled=self.cancelled or news.cancelled,
        )
        at = _aware(news.at)
        if self.stage_at and (at, RANK[news.stage]) < (self.stage_at, RANK[self.stage]):
            return known
        return replace(known, stage=news.stage, by=news.by, text=news.text, stage_at=at)

    def unreached(self, now: float) -> bool:
        """The hub had time enough to confirm the press and did not."""
        return not self.reached and now - self.pressed >= UNREACHED_S

    def forgotten(self, now: float) -> bool:
        """So old that its visitor is not waiting here any more."""
        return now - self.pressed >= FORGOTTEN_S


def from_reply(reply: Reply) -> News:
    """The news in a line of the stream."""
    return News(reply.event, reply.stage, reply.by, reply.text, reply.at)


def from_progress(progress: RequestProgress) -> News:
    """The news in an answer to a question."""
    return News(
        progress.event,
        progress.stage,
        progress.by,
        progress.text,
        progress.at,
        progress.number,
        progress.cancelled,
    )


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
