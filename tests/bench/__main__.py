"""Measures everything once, prints the table and writes docs/benchmarks.md."""

import argparse
import platform
import sqlite3
import subprocess
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench import figures, report
from tests.bench.world import ROOT, USERS, world
from tests.services.mosquitto import Broker


def main() -> None:
    """About five minutes; `--quick` for a look while tuning, which writes nothing."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        found = measure(Path(place), 60 if quick else 400, 10_000 if quick else 60_000)
    text = report.markdown(found, machine(), datetime.now(UTC).date())
    print(text)
    if not quick:
        (ROOT / "docs" / "benchmarks.md").write_text(text, "utf-8")


def measure(place: Path, presses: int, readings: int) -> report.Found:
    """All figures in one run."""
    raw_off = no_persistence(place / "off", presses)
    with world(place, 10_000) as made:
        raw_on = figures.raw_latency(made.broker, presses, 0.02)
        made.start_hub()
        made.start_gateway()
        figures.beats(made)
        figures.press_latency(made, range(9_000, 9_050), 0.02)  # warm
        idle = figures.press_latency(made, range(presses), 0.03)
        seconds = presses * 0.08 + 20
        with figures.readings_at(made, 500, seconds):
            at_500 = figures.press_latency(made, range(2000, 2000 + presses), 0.05)
        with figures.readings_at(made, 2000, seconds):
            at_2000 = figures.press_latency(made, range(4000, 4000 + presses), 0.05)
        raw_rate = figures.raw_drained(made.broker, readings)
        rate = figures.drained(made, readings)
        memory = made.memory_mb()
        made.stop()
        sweep = figures.sweep_ms(made.database, 20)
    return report.Found(
        raw_off, raw_on, idle, at_500, at_2000, raw_rate, rate, sweep, memory, readings
    )


def no_persistence(place: Path, presses: int) -> list[float]:
    """The raw broker without its disk, for comparison."""
    broker = Broker(place, USERS, log_refusals=False)
    conf = place / "mosquitto.conf"
    text = conf.read_text("utf-8").replace("persistence true", "persistence false")
    conf.write_text(text, "utf-8")
    with broker:
        return figures.raw_latency(broker, presses, 0.02)


def machine() -> dict[str, str]:
    """What it was measured on."""
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    cores = subprocess.run(["nproc"], capture_output=True, text=True, check=True).stdout.strip()
    broker = subprocess.run(["mosquitto", "-h"], capture_output=True, text=True, check=False)
    packages = ("paho-mqtt", "uvicorn", "fastapi", "sqlalchemy", "orjson")
    return {
        "machine": f"{cores} cores, {cpu}, {platform.system()} {platform.release()}",
        "broker": broker.stdout.splitlines()[0],
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        **{name: version(name) for name in packages},
    }


if __name__ == "__main__":
    main()
