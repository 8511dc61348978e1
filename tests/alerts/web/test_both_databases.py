"""Every page asks questions that SQLite and PostgreSQL both understand."""

from pathlib import Path

from tests.alerts.api.conftest import make_site
from tests.alerts.stand import VILLAGE, Clock
from tests.alerts.web.pages import Desk

PAGES = (
    "/", "/alerts/1", "/desk/list", "/desk/rail", "/desk/figures", "/desk/middle",
    "/history", f"/history?kind=sos&outcome=false_press&area={VILLAGE}&from=2026-11-24",
    "/history.csv", "/devices", "/devices?state=silent&q=a", "/devices?state=low",
    "/devices?state=free", "/devices?state=retired", "/devices.csv",
    "/devices/pendant-1?find=a", "/new/device", "/residents",
    "/residents?only=silent&q=1", "/residents?only=without", "/residents?only=unasked",
    "/residents/1", "/residents/1/edit", "/new/resident", "/duty", "/staff", "/audit",
    "/audit?what=looked&q=1",
)  # fmt: skip


async def test_every_page_opens_on_each_database(url: str, clock: Clock, tmp_path: Path) -> None:
    site = make_site(url, clock, tmp_path)
    try:
        await site.stand.measure("pendant-1", pulse_bpm=88, battery_percent=4)
        await site.stand.open("sos")
        desk = Desk(site)
        await desk.enter("admin")
        refused = {p: a.status_code for p in PAGES if (a := await desk.get(p)).status_code != 200}
        assert refused == {}
    finally:
        site.stand.close()
