"""The administrator's commands beside a running hub."""

import json

from tests.journeys.people import GATEWAY, VILLAGE
from tests.journeys.world import World


def test_a_device_added_beside_the_running_hub_can_press_a_moment_later(world: World) -> None:
    added = world.run_admin(
        "add-device", "button-new", "--source", GATEWAY, "--area", VILLAGE, "--resident", "1"
    )
    assert added.returncode == 0, added.stderr
    button = world.device("button-new", password=json.loads(added.stdout)["password"])
    press = button.press()
    button.hears(press, "received")
    world.siren.wait("button-new")
    assert world.desk("village-1").sees("button-new").resident == "王阿婆"


def test_a_device_whose_name_has_a_slash_is_refused_with_a_sentence(world: World) -> None:
    refused = world.run_admin("add-device", "a/b", "--source", GATEWAY, "--area", VILLAGE)
    assert (refused.returncode, refused.stderr.strip()) == (
        1,
        "设备号用 3–64 个小写字母、数字、横线",
    )


def test_presses_go_on_while_the_administrator_works(world: World) -> None:
    pendants = [world.pendant() for _ in range(5)]
    for pendant in pendants:
        press = pendant.press()
        assert world.run_admin("broker-files").returncode == 0
        pendant.hears(press, "received")
        world.siren.wait(pendant.device)


def test_a_renewed_password_ends_the_old_one(world: World) -> None:
    pendant = world.pendant()
    renewed = world.run_admin("credentials", pendant.device, "--renew")
    pendant.leave()
    again = world.device(pendant.device, password=json.loads(renewed.stdout)["password"])
    again.hears(again.press(), "received")


def test_the_audit_log_is_whole_after_all_this(world: World) -> None:
    assert world.run_admin("verify-audit").returncode == 0
