"""Fills in Mosquitto's configuration file; the text itself is deploy/mosquitto/mosquitto.conf."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

TEMPLATE = Path(__file__).parent / "mosquitto" / "mosquitto.conf"


@dataclass(frozen=True)
class BrokerConf:
    """What differs from one installation to another."""

    host: str
    port: int
    password_file: Path
    acl_file: Path
    directory: Path
    """Where the broker keeps sessions and retained messages; must belong to its user."""
    pid_file: Path
    user: str = "mosquitto"
    """Whom a broker started as root becomes."""
    log_dest: str = "stderr"
    log_refusals: bool = False
    """Refused publishes stand only in the debug log, together with one line for every message."""


def render(conf: BrokerConf) -> str:
    """The text of mosquitto.conf."""
    return Template(TEMPLATE.read_text("utf-8")).substitute(
        host=conf.host,
        port=conf.port,
        password_file=conf.password_file,
        acl_file=conf.acl_file,
        directory=conf.directory,
        pid_file=conf.pid_file,
        user=conf.user,
        log_dest=conf.log_dest,
        log_refusals="log_type debug" if conf.log_refusals else "# log_type debug",
    )


def main(arguments: list[str]) -> int:
    """Print the configuration for an installation by hand."""
    parser = argparse.ArgumentParser(prog="python -m deploy.broker_conf", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8183)
    parser.add_argument("--user", default="mosquitto", help="whom the broker becomes")
    for name, text in (
        ("directory", "where it keeps its state; belongs to its user"),
        ("password-file", "as [broker] password_file says"),
        ("acl-file", "as [broker] acl_file says"),
        ("pid-file", "as [broker] pid_file says"),
    ):
        parser.add_argument(f"--{name}", type=Path, required=True, help=text)
    parser.add_argument(
        "--log-refusals",
        action="store_true",
        help="log refused publishes, and with them a line for every message",
    )
    print(render(BrokerConf(**vars(parser.parse_args(arguments)))), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
