"""A person behind a band: pulse, oxygen, temperature and pressure as a day goes by.

A day has sleep, meals and walks; values drift over hours, minutes and seconds, as bodies do, and
never jump. An episode (a fever, a fall) is laid over it. All of it is a function of the seed and
of the time, in seconds since a midnight.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import cos, pi
from typing import Literal

from simulators.chance import between, wander

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a perfect sensor would read."""

    pulse_bpm: float
    spo2_percent: float
    temperature_c: float
    systolic_mmhg: float
    diastolic_mmhg: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What an episode adds at its height, and how fast it comes, stays and goes."""

    comes_s: float
    stays_s: float
    goes_s: float
    pulse: float = 0.0
    spo2: float = 0.0
    temperature: float = 0.0
    systolic: float = 0.0
    diastolic: float = 0.0


EpisodeKind = Literal["fever", "desaturation", "racing_pulse", "hypertension", "fall"]

EFFECTS: dict[EpisodeKind, Effect] = {
    "fever": Effect(1200, 14_400, 7200, pulse=20, spo2=-0.5, temperature=2.8),
    "desaturation": Effect(90, 600, 180, pulse=14, spo2=-12),
    "racing_pulse": Effect(30, 300, 120, pulse=62, systolic=10),
    "hypertension": Effect(300, 7200, 1800, pulse=6, systolic=78, diastolic=38),
    "fall": Effect(10, 120, 900, pulse=32, systolic=18, diastolic=6),
}
"""What may befall a person."""


@dataclass(frozen=True, slots=True)
class Episode:
    """Something that began at a moment of the wearer's time."""

    kind: EpisodeKind
    began: float

    def weight(self, when: float) -> float:
        """How much of it is felt, 0 to 1."""
        effect, since = EFFECTS[self.kind], when - self.began
        coming = since / effect.comes_s
        going = 1 - (since - effect.comes_s - effect.stays_s) / effect.goes_s
        return _ease(min(coming, going))


ACTIVITY = (
    (0.0, 0.0),
    (6.0, 0.0),
    (7.0, 0.45),
    (8.5, 0.25),
    (9.5, 0.8),
    (11.0, 0.35),
    (12.5, 0.1),
    (14.0, 0.1),
    (16.0, 0.7),
    (18.0, 0.4),
    (20.0, 0.2),
    (22.5, 0.0),
    (24.0, 0.0),
)
"""Hour of the day and how busy the person is; morning walk at half past nine."""


class Wearer:
    """One person, always the same for a seed."""

    def __init__(self, seed: int) -> None:
        """A person in ordinary health."""
        self._seed = seed
        self._late_s = between(seed, 1, -2400, 2400)
        self._rested = Vitals(
            pulse_bpm=between(seed, 2, 62, 74),
            spo2_percent=between(seed, 3, 96.4, 98.2),
            temperature_c=between(seed, 4, 36.3, 36.6),
            systolic_mmhg=between(seed, 5, 116, 130),
            diastolic_mmhg=between(seed, 6, 68, 78),
        )
        self.episodes: tuple[Episode, ...] = ()

    def befall(self, kind: EpisodeKind, when: float) -> None:
        """Let an episode begin; earlier ones go on."""
        effect = EFFECTS[kind]
        lasting = effect.comes_s + effect.stays_s + effect.goes_s
        felt = (e for e in self.episodes if e.kind != kind or e.began + lasting > when)
        self.episodes = (*felt, Episode(kind, when))

    def vitals(self, when: float) -> Vitals:
        """The body at that moment."""
        busy, asleep = self._busy(when), self._asleep(when)
        warmest_at_five_pm = cos(2 * pi * (when / DAY_S - 17 / 24))
        rest = self._rested
        body = Vitals(
            pulse_bpm=rest.pulse_bpm + 20 * busy - 5 * asleep + 3.5 * self._drift(10, when),
            spo2_percent=rest.spo2_percent - 0.7 * asleep + 0.6 * self._drift(20, when),
            temperature_c=rest.temperature_c
            + 0.25 * warmest_at_five_pm
            + 0.1 * busy
            + 0.08 * self._drift(30, when),
            systolic_mmhg=rest.systolic_mmhg + 8 * busy - 6 * asleep + 5 * self._drift(40, when),
            diastolic_mmhg=rest.diastolic_mmhg + 4 * busy - 3 * asleep + 3 * self._drift(50, when),
        )
        felt: dict[EpisodeKind, float] = {}
        for episode in self.episodes:
            felt[episode.kind] = max(felt.get(episode.kind, 0.0), episode.weight(when))
        for kind, weight in felt.items():
            body = _laid_over(body, EFFECTS[kind], weight)
        return replace(body, spo2_percent=min(body.spo2_percent, 100.0))

    def _busy(self, when: float) -> float:
        hour = ((when - self._late_s) % DAY_S) / 3600
        for (begin, low), (end, high) in pairwise(ACTIVITY):
            if hour <= end:
                level = low + (high - low) * (hour - begin) / (end - begin)
                return level * (0.85 + 0.15 * wander(self._seed + 60, when, 900))
        return 0.0

    def _asleep(self, when: float) -> float:
        hour = ((when - self._late_s) % DAY_S) / 3600
        return _ease(min((hour + 1.5) % 24, 8.0 - (hour + 1.5) % 24))

    def _drift(self, place: int, when: float) -> float:
        seed = self._seed * 101 + place
        hours, minutes = wander(seed, when, 7000), wander(seed + 1, when, 800)
        return 0.55 * hours + 0.3 * minutes + 0.15 * wander(seed + 2, when, 45)


def _laid_over(body: Vitals, effect: Effect, weight: float) -> Vitals:
    return Vitals(
        pulse_bpm=body.pulse_bpm + weight * effect.pulse,
        spo2_percent=body.spo2_percent + weight * effect.spo2,
        temperature_c=body.temperature_c + weight * effect.temperature,
        systolic_mmhg=body.systolic_mmhg + weight * effect.systolic,
        diastolic_mmhg=body.diastolic_mmhg + weight * effect.diastolic,
    )


def _ease(share: float) -> float:
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)
