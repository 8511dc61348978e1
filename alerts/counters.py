"""What /metrics counts."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge


@dataclass(frozen=True)
class Counters:
    """One process's counters, in a registry of their own."""

    registry: CollectorRegistry
    items: Counter
    refusals: Counter
    notices: Counter
    streams: Gauge


def _make() -> Counters:
    registry = CollectorRegistry()
    return Counters(
        registry,
        Counter(
            "yijian_items", "Events and readings by result", ["what", "status"], registry=registry
        ),
        Counter("yijian_refusals", "Requests refused, by reason", ["reason"], registry=registry),
        Counter(
            "yijian_notices",
            "Notices by channel and state",
            ["channel", "state"],
            registry=registry,
        ),
        Gauge("yijian_streams", "Open event streams", ["what"], registry=registry),
    )


COUNTERS = _make()
