"""`python -m device_gateway`: carries what devices say to the hub, and its answers back."""

import argparse
import logging
import signal
import sys
import time
from pathlib import Path

from device_gateway.build import Clock, Monotonic, build, real_clock
from device_gateway.protocols import PROTOCOLS
from device_gateway.settings import Settings
from device_gateway.trial import try_line
from settings_file import WrongSetting, leave, load

EXPLAINED = """\
Without a command the gateway runs until SIGTERM: it hears devices over MQTT, posts their events
and readings to the hub, and tells each device what became of its press. When the hub is silent it
keeps everything and drives the siren itself.

`decode PROTOCOL` reads one frame a line from stdin: hex, text, or JSON with "topic" and "payload"
(an object, a text, or hex), and prints one line of JSON for each:
  echo '{"topic": "yj/1/pendant-1/event", "payload": {"id": "1", "kind": "sos"}}' \\
    | python -m device_gateway decode own_mqtt
"""


def run(
    settings: Settings, clock: Clock = real_clock, monotonic: Monotonic = time.monotonic
) -> None:
    """Run until SIGTERM or SIGINT; raises WrongSetting before anything has started.

    Ends with code 1 where a part of it has died: whoever supervises us starts it again.
    """
    gateway = build(settings, clock, monotonic)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: gateway.end())
    gateway.start()
    is_well = gateway.wait()
    gateway.stop()
    if not is_well:
        sys.exit(1)


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    asked = _parser().parse_args(arguments)
    if asked.command == "decode":
        _decode(asked.protocol)
    elif asked.command == "protocols":
        print("\n".join(sorted(PROTOCOLS)))
    else:
        _start_log(asked.verbose)
        try:
            run(load("device_gateway", Settings, asked.settings))
        except WrongSetting as why:
            leave(why)


def _decode(protocol: str) -> None:
    try:
        for line in sys.stdin.buffer:
            sys.stdout.buffer.write(try_line(protocol, line, real_clock()) + b"\n")
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Whoever read us has seen enough; Python must not flush into the closed pipe at its end.
        sys.stdout = None


def _start_log(verbose: bool) -> None:
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # Below, the modem library logs phone numbers and texts.
    logging.getLogger("gsmmodem").setLevel(logging.WARNING)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m device_gateway",
        description=__doc__,
        epilog=EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--settings", type=Path, metavar="PATH", help="the TOML settings file")
    parser.add_argument("--verbose", action="store_true", help="log more")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    trial = commands.add_parser("decode", help="show what frames say")
    trial.add_argument("protocol", choices=sorted(PROTOCOLS), metavar="PROTOCOL")
    commands.add_parser("protocols", help="list the device formats that are known")
    return parser


if __name__ == "__main__":
    main()
