import subprocess
import sys
from pathlib import Path

import kiosk_ui

QML = Path(kiosk_ui.__file__).parent / "qml"
NOT_FINDING_ITS_OWN_QMLDIR = "not declared as singleton in qmldir"


def test_qmllint_finds_nothing_in_any_file() -> None:
    linter = Path(sys.executable).with_name("pyside6-qmllint")
    done = subprocess.run(
        [linter, *sorted(QML.glob("*.qml"))], capture_output=True, text=True, timeout=60
    )
    warnings = [line for line in done.stderr.splitlines() if line.startswith(("Warning", "Error"))]
    assert [line for line in warnings if NOT_FINDING_ITS_OWN_QMLDIR not in line] == []
