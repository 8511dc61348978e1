"""What one visitor chose; wiped when the visitor has gone. Pure."""

from dataclasses import dataclass, replace

SCALES = (1.0, 1.3, 1.6)
"""Type sizes the 大字 key steps through."""


@dataclass(frozen=True)
class Session:
    """One visitor's choices; a new one is what the next visitor finds."""

    size: int = 0
    contrast: bool = False
    speech: bool = False

    @property
    def scale(self) -> float:
        """The factor on every type size."""
        return SCALES[self.size]

    def larger(self) -> "Session":
        """The next type size; after the largest the normal one again."""
        return replace(self, size=(self.size + 1) % len(SCALES))

    def with_contrast_switched(self) -> "Session":
        """Yellow on black, or paper again."""
        return replace(self, contrast=not self.contrast)

    def with_speech_switched(self) -> "Session":
        """Every screen read aloud, or only what happens to a request."""
        return replace(self, speech=not self.speech)


def wipe() -> Session:
    """What is left of a visitor: nothing."""
    return Session()
