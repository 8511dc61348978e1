"""The broker leaves root where it can still read its files, and only there."""

import os
import pwd
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.broker_home import OWN_USER, broker_user, command, make_home, ourselves

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to become")


@pytest.fixture
def passable() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="yijian-home-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@only_root
def test_root_gives_way_to_the_brokers_own_user(passable: Path) -> None:
    assert broker_user(passable / "var") == OWN_USER


@only_root
def test_below_a_private_folder_it_stays_root(passable: Path) -> None:
    passable.chmod(0o700)
    assert broker_user(passable / "var") == "root"


@only_root
def test_only_the_brokers_group_may_pass_to_its_home(passable: Path) -> None:
    home = passable / "var" / "mosquitto"
    make_home(home, OWN_USER)
    own = pwd.getpwnam(OWN_USER)
    assert (home.stat().st_uid, home.stat().st_mode & 0o777) == (own.pw_uid, 0o700)
    assert (home.parent.stat().st_gid, home.parent.stat().st_mode & 0o777) == (own.pw_gid, 0o710)


def test_our_own_user_needs_no_way_opened(tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir(mode=0o700)
    make_home(var / "mosquitto", ourselves())
    assert var.stat().st_mode & 0o777 == 0o700
    assert "setpriv" not in command(tmp_path / "mosquitto.conf", ourselves())
