"""python -m alerts: the hub itself; python -m alerts admin …: its upkeep."""

import argparse
import os
from pathlib import Path

from alerts import admin
from alerts.program import run

DESCRIPTION = """\
The hub: takes events from gateways and kiosks, calls the people on duty, shows the desk.

  python -m alerts                      serve, with ./hub.toml or $YIJIAN_SETTINGS
  python -m alerts --settings PATH      serve, with that file
  python -m alerts admin --help         first administrator, staff, residents, devices, broker files
"""


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 0 well, 1 refused with a reason, 78 wrong settings."""
    parser = argparse.ArgumentParser(
        prog="python -m alerts",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--settings", type=Path, metavar="PATH", help="settings file (TOML)")
    commands = parser.add_subparsers(dest="command", metavar="admin")
    admin.add_parser(commands)
    chosen = parser.parse_args(arguments)
    os.umask(0o077)  # the database and the keys are nobody else's
    if chosen.command == "admin":
        return admin.run(chosen)
    run(chosen.settings)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
