"""`python -m simulators`: play a scenario, press once, or be a modem or a chat service."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from simulators import credentials, gsm_modem, press, webhook_receiver
from simulators.play import play
from simulators.scenario import Scenario, load, shipped
from simulators.trouble import CannotRun

COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "press": press.main,
    "modem": gsm_modem.main,
    "webhook": webhook_receiver.main,
}

EPILOG = """\
other commands, each with its own --help:
  press DEVICE          press a device's button once and print the answers
  modem                 a stand-in GSM modem on a pseudo-terminal
  webhook               a stand-in chat service that shows what it was sent

shipped scenarios:
{scenarios}

Devices and passwords come from the file that `make run` writes. While it runs, its own simulated
residents use the devices of var/simulators.json; a fleet takes free ones:
  python -m simulators fleet --devices var/demo.json --count 200 --rate 200
"""


def main(arguments: list[str]) -> int:
    """Run one command; 0 when it ended as it should, 2 where it could not run."""
    _stop_on_terminate()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        if arguments and arguments[0] in COMMANDS:
            return COMMANDS[arguments[0]](arguments[1:])
        return _play(arguments)
    except CannotRun as why:
        print(f"simulators: {why}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _play(arguments: list[str]) -> int:
    chosen = _parser().parse_args(arguments)
    scenario = _resized(load(chosen.scenario), chosen.count, chosen.rate)
    asyncio.run(play(scenario, credentials.read(chosen.devices), chosen.speed))
    return 0


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:<21} {title}" for name, title in shipped().items())
    parser = argparse.ArgumentParser(
        prog="python -m simulators",
        description="Simulated devices that speak the hub's published MQTT format.",
        epilog=EPILOG.format(scenarios=listed),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("scenario", metavar="SCENARIO", help="a TOML file, or a shipped name")
    parser.add_argument(
        "--devices",
        type=Path,
        default=credentials.DEFAULT_PATH,
        metavar="PATH",
        help="credentials file (default: %(default)s)",
    )
    parser.add_argument(
        "--speed",
        type=_positive,
        default=1.0,
        metavar="X",
        help="tell the story and live the wearers' day so many times as fast; "
        "beats and repetitions keep their real time",
    )
    parser.add_argument("--count", type=int, help="fleet: how many devices")
    parser.add_argument("--rate", type=_positive, help="fleet: readings a second, of all together")
    return parser


def _resized(scenario: Scenario, count: int | None, rate: float | None) -> Scenario:
    if count is None and rate is None:
        return scenario
    if scenario.fleet is None:
        raise CannotRun("--count and --rate are for a scenario with a fleet")
    if count is not None and count < 1:
        raise CannotRun("--count must be at least 1")
    changes = {"count": count, "readings_per_s": rate}
    wanted = {key: value for key, value in changes.items() if value is not None}
    return scenario.model_copy(update={"fleet": scenario.fleet.model_copy(update=wanted)})


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value


def _stop_on_terminate() -> None:
    """A supervisor's SIGTERM ends a run like Ctrl-C: devices say that they go."""
    # A shell may have started us with SIGINT ignored; then SIGTERM would be too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda number, frame: signal.raise_signal(signal.SIGINT))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
