"""What a scenario file says: which devices, and what happens to them when."""

import inspect
import tomllib
from datetime import time
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Self, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from simulators.band import Band
from simulators.credentials import first_problem
from simulators.cuff import Cuff
from simulators.device import Device, Options
from simulators.fall_detector import FallDetector
from simulators.pendant import Pendant
from simulators.trouble import CannotRun

MODELS: dict[str, type[Device]] = {
    "pendant": Pendant,
    "fall_detector": FallDetector,
    "band": Band,
    "cuff": Cuff,
}
"""Every model a scenario can name: one file and one entry each."""


class Part(BaseModel):
    """One device of the cast, or several alike; other keys are options of its model."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)
    type: str = Field(description="a model")
    device: str | None = Field(
        default=None, description="this one; else the first ones not yet taken"
    )
    name: str | None = Field(
        default=None, description="what the story calls it; else its id or type"
    )
    count: int | Literal["all"] = Field(default=1, description="how many of them")

    @property
    def called(self) -> str:
        """What the story calls it."""
        return self.name or self.device or self.type

    @property
    def options(self) -> Options:
        """What is set for its model."""
        return MODELS[self.type].options_shape.model_validate(self.model_extra)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.type not in MODELS:
            raise ValueError(f"no type {self.type!r}; known are {', '.join(MODELS)}")
        try:
            _ = self.options
        except ValidationError as error:
            raise ValueError(f"{self.type}: {first_problem(error)}") from None
        return self


class Line(BaseModel):
    """One line of the story; other keys are arguments of the action."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)
    at_s: float = Field(ge=0, description="seconds since the round began")
    device: str = Field(description="who; the whole part where it has several devices")
    does: str = Field(description="what happens")

    @property
    def arguments(self) -> dict[str, Any]:
        """What the action is called with beside the moment."""
        return self.model_extra or {}


class Fleet(BaseModel):
    """Many bands that only measure."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    count: int = Field(gt=0, description="how many bands")
    readings_per_s: float = Field(gt=0, description="of all of them together")
    beat_every_s: float = Field(default=300.0, gt=0)

    @property
    def part(self) -> Part:
        """The fleet as a part of a cast."""
        every_s = self.count / self.readings_per_s
        options = {"every_s": every_s, "beat_every_s": self.beat_every_s}
        return Part.model_validate(
            {"type": "band", "name": "fleet", "count": self.count, **options}
        )


class Scenario(BaseModel):
    """A whole scenario."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    title: str
    about: str = ""
    starts: time | None = Field(
        default=None, description="the wearers' time of day; else the real one"
    )
    round_s: float | None = Field(
        default=None, gt=0, description="tell the story again after so long"
    )
    lasts_s: float | None = Field(default=None, gt=0, description="end after so long; else never")
    devices: tuple[Part, ...] = ()
    fleet: Fleet | None = None
    story: tuple[Line, ...] = ()

    @property
    def cast(self) -> tuple[Part, ...]:
        """Everybody who takes part."""
        return (*self.devices, *((self.fleet.part,) if self.fleet else ()))

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.cast:
            raise ValueError("neither devices nor a fleet")
        parts = {part.called: part for part in self.cast}
        if len(parts) < len(self.cast):
            raise ValueError("two parts of the same name; give each a `name`")
        named = [part.device for part in self.devices if part.device]
        if len(set(named)) < len(named):
            raise ValueError("one device plays two parts")
        for number, line in enumerate(self.story):
            if line.device not in parts:
                raise ValueError(f"story.{number}: no device is called {line.device!r}")
            _check_line(number, line, MODELS[parts[line.device].type])
        if self.round_s and any(line.at_s >= self.round_s for line in self.story):
            raise ValueError("round_s: the story is longer than its round")
        return self


def shipped() -> dict[str, str]:
    """The scenarios that come with this package: name and title."""
    here = resources.files("simulators.scenarios")
    texts = {f.name: f.read_text("utf-8") for f in here.iterdir() if f.name.endswith(".toml")}
    return {name[:-5]: tomllib.loads(texts[name])["title"] for name in sorted(texts)}


def load(name: str) -> Scenario:
    """The scenario of this path, or the shipped one of this name; raises CannotRun."""
    path = Path(name)
    bundled = resources.files("simulators.scenarios") / f"{path.stem}.toml"
    try:
        if path.is_file():
            text = path.read_text("utf-8")
        elif path.name == name and bundled.is_file():
            text = bundled.read_text("utf-8")
        else:
            known = ", ".join(shipped())
            raise CannotRun(f"no scenario {name!r}: neither a file nor one of {known}")
        return Scenario.model_validate(tomllib.loads(text))
    except ValidationError as error:
        raise CannotRun(f"{name}: {first_problem(error)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise CannotRun(f"{name}: not TOML: {why}") from None
    except OSError as why:
        raise CannotRun(f"{name}: {why.strerror}") from None


def _check_line(number: int, line: Line, model: type[Device]) -> None:
    action = model.actions.get(line.does)
    if action is None:
        known = ", ".join(model.actions)
        raise ValueError(f"story.{number}: {line.does!r} is not one of {known}")
    try:
        inspect.signature(action).bind(None, None, **line.arguments)
    except TypeError as why:
        raise ValueError(f"story.{number}: {line.does}: {why}") from None
    hints = get_type_hints(action)
    for key, value in line.arguments.items():
        try:
            TypeAdapter(hints[key]).validate_python(value, strict=True)
        except ValidationError as error:
            raise ValueError(f"story.{number}: {key}: {first_problem(error)}") from None
