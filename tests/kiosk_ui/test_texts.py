import re
from pathlib import Path

import pytest

import kiosk_ui
from kiosk_ui import texts

QML = sorted((Path(kiosk_ui.__file__).parent / "qml").glob("*.qml"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
TEXTS = [value for name, value in vars(texts).items() if name.isupper() and isinstance(value, str)]


@pytest.mark.parametrize("file", QML, ids=lambda file: file.name)
def test_a_qml_file_is_short_and_writes_no_words_of_its_own(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines()
    code = [line for line in lines if not line.lstrip().startswith("//")]
    assert len(lines) <= 150
    assert not [line for line in code if CHINESE.search(line)]
    assert not [line for line in code if "Timer" in line]


@pytest.mark.parametrize("text", [text for text in TEXTS if CHINESE.search(text)])
def test_chinese_is_short_and_punctuated_in_full_width(text: str) -> None:
    assert len(text) <= 28
    assert not re.search(r"[\u4e00-\u9fff][,.!?:;]", text)


def test_a_line_may_break_behind_a_mark_only() -> None:
    joined = texts.clauses("请等，到 1 号窗口。")
    assert joined.replace(texts.WORD_JOINER, "").replace("\u00a0", " ") == "请等，到 1 号窗口。"
    breaks = [
        m.start() for m in re.finditer(f"[^{texts.WORD_JOINER}](?=[^{texts.WORD_JOINER}])", joined)
    ]
    assert {joined[at] for at in breaks} <= set("等，口")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "已等 0 秒"),
        (59, "已等 59 秒"),
        (60, "已等 1 分 00 秒"),
        (605, "已等 10 分 05 秒"),
        (-3, "已等 0 秒"),
    ],
)
def test_waiting_is_told_in_words(seconds: int, words: str) -> None:
    assert texts.waited(seconds) == words
