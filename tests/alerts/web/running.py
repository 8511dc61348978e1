"""The hub as a process with the small district, for browsers to look at."""

import signal
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tests.alerts.stand import GATEWAY, PASSWORD, TOKENS, seed
from tests.services.process import end, free_port, spawn, wait_until

ROOT = Path(__file__).parents[3]


class RunningHub:
    """Starts at `with`; can be killed and started again on the same port and data."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "hub.log"
        self.settings = folder / "hub.toml"
        database = f"sqlite:///{folder / 'hub.db'}"
        seed(database, lambda: datetime.now(UTC))
        self.settings.write_text(
            f"[alerts]\nport = {self.port}\ndatabase = '{database}'\n"
            f"key_file = '{folder / 'hub.key'}'\nshutdown_s = 1\n"
            f"[broker]\npassword_file = '{folder / 'passwords'}'\nacl_file = '{folder / 'acl'}'\n"
            f"pid_file = '{folder / 'no.pid'}'\n"
        )

    def __enter__(self) -> "RunningHub":
        self.start()
        return self

    def __exit__(self, *_why: object) -> None:
        end(self._process, signal.SIGTERM)

    def start(self) -> None:
        """Return once it answers."""
        command = ["env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "alerts"]
        self._process = spawn([*command, "--settings", self.settings], self.log)
        wait_until(self._answers, self._process, self.log)

    def kill(self) -> None:
        """As a power cut would."""
        end(self._process, signal.SIGKILL)

    def press(self, device: str, kind: str = "sos", **data: object) -> None:
        """A device's event through the gateway."""
        now = datetime.now(UTC).isoformat()
        event = {"device": device, "id": str(uuid.uuid4()), "kind": kind, "data": data,
                 "at": now, "received_at": now}  # fmt: skip
        bearer = {"Authorization": f"Bearer {TOKENS[GATEWAY]}"}
        answer = httpx.post(f"{self.url}/v1/events", json=event, headers=bearer)
        assert answer.json()["results"][0]["status"] == "accepted", answer.text

    def settle_all(self) -> None:
        """Close every open alert, as a member of the district's staff."""
        with httpx.Client(base_url=self.url) as client:
            given = {"login": "chen", "password": PASSWORD}
            session = client.post("/v1/session", json=given).json()
            client.headers["X-CSRF-Token"] = session["csrf_token"]
            for alert in client.get("/v1/alerts").json()["alerts"]:
                for verb in ("acknowledge", "resolve", "close"):
                    body = {"outcome": "test"} if verb == "resolve" else None
                    client.post(f"/v1/alerts/{alert['number']}/{verb}", json=body)
            assert client.get("/v1/alerts").json()["open"] == 0

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz").status_code == 200
        except httpx.TransportError:
            return False
