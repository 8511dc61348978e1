"""Chance that repeats: the same seed and place always draw the same number, with no state."""

from math import cos, floor, pi
from zlib import crc32

_MASK = (1 << 64) - 1


def seed_of(name: str) -> int:
    """A seed for this name, the same on every machine."""
    return crc32(name.encode())


def draw(seed: int, place: int) -> float:
    """A number in 0 <= x < 1, evenly spread (SplitMix64)."""
    z = (seed * 0x9E3779B97F4A7C15 + place * 0xD1B54A32D192ED03 + 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((z ^ (z >> 31)) >> 11) / (1 << 53)


def between(seed: int, place: int, low: float, high: float) -> float:
    """A number in low <= x <= high, evenly spread."""
    return low + (high - low) * draw(seed, place)


def wander(seed: int, seconds: float, period: float) -> float:
    """A smooth walk in -1..1 that turns about once a period."""
    step = floor(seconds / period)
    share = (1 - cos(pi * (seconds / period - step))) / 2
    before, after = draw(seed, step), draw(seed, step + 1)
    return 2 * (before + (after - before) * share) - 1
