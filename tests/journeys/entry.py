"""Starts a program of ours with a movable clock and a fuse; the shipped programs have neither.

python -m tests.journeys.entry PROGRAM --settings PATH [--clock FILE] [--fuse FILE] [--hand FOLDER]
"""

import argparse
import logging
from collections.abc import Callable
from pathlib import Path

from tests.journeys.clock import MovableClock
from tests.journeys.fuse import Fuse


def hub(asked: argparse.Namespace) -> None:
    from tests.journeys.entry_hub import run

    run(asked.settings, MovableClock(asked.clock) if asked.clock else None, Fuse(asked.fuse))


def gateway(asked: argparse.Namespace) -> None:
    from tests.journeys.entry_gateway import run

    run(asked.settings, MovableClock(asked.clock), Fuse(asked.fuse))


def kiosk(asked: argparse.Namespace) -> None:
    from tests.journeys.entry_kiosk import run

    run(asked.settings, MovableClock(asked.clock), asked.hand)


PROGRAMS: dict[str, Callable[[argparse.Namespace], None]] = {
    "alerts": hub,
    "device_gateway": gateway,
    "kiosk_ui": kiosk,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("program", choices=PROGRAMS)
    for name in ("settings", "clock", "fuse", "hand"):
        parser.add_argument(f"--{name}", type=Path)
    asked = parser.parse_args()
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel("WARNING")
    PROGRAMS[asked.program](asked)


if __name__ == "__main__":
    main()
