"""`make run`: sets a demo up, keeps all programs of the hub alive, says where to look.

The first start writes the settings and seeds the data; every later one goes on with them.
"""

import argparse
import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from alerts.broker import BrokerFiles
from alerts.settings import Settings as HubSettings
from deploy import broker_home, demo_settings
from deploy.demo_places import ROOT, Places
from deploy.programs import kiosk_is_offscreen, write_configuration
from deploy.welcome import read_demo, welcome
from settings_file import WrongSetting, claim_port, load

DESK_PORT = 8179
BROKER_PORT = 8183

READY_SECONDS = 60
"""After this long it says where to look, and goes on waiting."""

GATEWAY_LISTENS = "the events session is open"
"""What the gateway logs once the broker has its subscription."""

STOP_SECONDS = 9
"""What takes longer to end is killed."""


class CannotRun(Exception):
    """The demo cannot start; the text says why and what to do."""


class Asked(Exception):
    """Somebody wants it all to end."""


def main(arguments: list[str]) -> int:
    """Run until Ctrl-C; 0 then, 78 where the settings are wrong, 1 for other trouble."""
    chosen = _parser().parse_args(arguments)
    places = Places(chosen.var.resolve())
    os.umask(0o077)
    os.chdir(ROOT)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _ask)
    try:
        with only_one(places):
            hub = prepare(places, chosen.desk_port, chosen.broker_port)
            return keep_running(places, hub)
    except Asked:
        return 0
    except WrongSetting as why:
        print(f"settings: {why}", file=sys.stderr)
        return 78
    except CannotRun as why:
        print(f"make run: {why}", file=sys.stderr)
        return 1


@contextmanager
def only_one(places: Places) -> Iterator[None]:
    """Hold the folder for ourselves; CannotRun where another demo holds it."""
    places.var.mkdir(mode=0o700, parents=True, exist_ok=True)
    pid_file = places.var / "run.pid"
    with pid_file.open("a+") as lock:
        lock.seek(0)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                f"the hub of {places.shown(places.var)}/ already runs"
                f" (process {lock.read().strip()}); end it with Ctrl-C where it was started"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        try:
            yield
        finally:
            lock.truncate(0)


def prepare(places: Places, desk_port: int | None, broker_port: int | None) -> HubSettings:
    """Settings, database, demo data, the broker's files; everything before the first program."""
    if not places.settings.exists():
        print("Setting the demo up; the first time takes half a minute …", flush=True)
        _first_settings(places, desk_port or DESK_PORT, broker_port or BROKER_PORT)
    hub = load("alerts", HubSettings, places.settings)
    broker = load("broker", BrokerFiles, places.settings)
    _same("alerts.port", hub.port, desk_port)
    _same("broker.port", broker.port, broker_port)
    claim_port("broker.port", broker.host, broker.port)
    claim_port("alerts.port", hub.host, hub.port)
    broker_home.make_home(places.broker, broker.owner or broker_home.ourselves())
    # What an earlier broker left; by now its number may be anybody's.
    (ROOT / broker.pid_file).unlink(missing_ok=True)
    _admin(places, "demo", "--out", str(places.var))
    _admin(places, "broker-files")
    write_configuration(places, broker)
    return hub


def _first_settings(places: Places, desk_port: int, broker_port: int) -> None:
    user = broker_home.broker_user(places.var)
    owner = None if user == broker_home.ourselves() else user
    choices = demo_settings.Choices(desk_port, broker_port, owner)
    places.settings.write_text(demo_settings.render(places, choices), "utf-8")


def _same(key: str, stands: int, asked: int | None) -> None:
    """WrongSetting where the command line asks for what the settings file denies."""
    if asked not in (None, stands):
        raise WrongSetting(f"{key}: the settings file of this demo says {stands}; change it there")


def _admin(places: Places, command: str, *more: str) -> None:
    """One administrator's command of the hub; CannotRun with its own words where it fails."""
    whole = [sys.executable, "-m", "alerts", "admin", command, *more]
    whole += ["--settings", str(places.settings)]
    done = subprocess.run(whole, capture_output=True, text=True, check=False)  # noqa: S603 (our own program)
    if done.returncode == 78:
        raise WrongSetting(done.stderr.strip().removeprefix("settings: "))
    if done.returncode:
        raise CannotRun(f"`alerts admin {command}` failed:\n{done.stderr or done.stdout}")


def keep_running(places: Places, hub: HubSettings) -> int:
    """Start the supervisor, say when the hub is ready, wait for the end of it or of us."""
    supervisor = _start_supervisor(places)
    try:
        _wait_until_ready(f"http://{hub.host}:{hub.port}/readyz", supervisor, places)
        text = welcome(read_demo(places.demo), places, kiosk_is_offscreen(os.environ))
        print(text, flush=True)
        supervisor.wait()
    finally:
        _stop(supervisor)
    raise CannotRun(f"the supervisor ended; see {places.shown(places.logs / 'supervisord.log')}")


def _start_supervisor(places: Places) -> subprocess.Popen[bytes]:
    """supervisord, out of reach of the terminal's Ctrl-C, and mortal as we are."""
    program = Path(sys.executable).with_name("supervisord")
    with (places.logs / "supervisord.out").open("wb") as output:
        return subprocess.Popen(  # noqa: S603 (our own program)
            ["setpriv", "--pdeathsig", "TERM", "--", program, "-c", places.supervisor],  # noqa: S607 (Debian's util-linux)
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_until_ready(url: str, supervisor: subprocess.Popen[bytes], places: Places) -> None:
    print("Starting the hub …", flush=True)
    patience_ends = time.monotonic() + READY_SECONDS
    while supervisor.poll() is None and not (_is_ready(url) and _gateway_listens(places)):
        time.sleep(0.2)
        if time.monotonic() > patience_ends:
            patience_ends = float("inf")
            print(f"Not ready yet: see {places.shown(places.logs)}/", flush=True)


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 (our own http address)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _gateway_listens(places: Places) -> bool:
    """Whether the gateway ever had a session at the broker, which then keeps what is pressed.

    Before its first one a press that is not repeated would reach nobody.
    """
    log = places.logs / "device_gateway.log"
    return log.exists() and GATEWAY_LISTENS in log.read_text("utf-8", "replace")


def _stop(supervisor: subprocess.Popen[bytes]) -> None:
    """End everything; a second Ctrl-C does not hurry what is already in a hurry."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if supervisor.poll() is None:
        print("\nEnding all programs …", flush=True)
        supervisor.terminate()
    try:
        supervisor.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()


def _ask(number: int, frame: FrameType | None) -> None:
    raise Asked


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="folder of all its data")
    for name, port in (("desk", DESK_PORT), ("broker", BROKER_PORT)):
        parser.add_argument(
            f"--{name}-port",
            type=int,
            help=f"port of the {name} for the first start ({port}); then the settings file says",
        )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
