"""Fills in Mosquitto's configuration file; the text itself is deploy/mosquitto/mosquitto.conf."""

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
    log_refusals: bool = True
    """Refused publishes stand only in the debug log: one line for every message."""


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
