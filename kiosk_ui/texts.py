"""Every word a visitor reads or hears: short, kind, no codes."""

from alerts.contract import Kind, Stage

FONT = "Noto Sans CJK SC"
WORD_JOINER = "\u2060"
_MARKS = "，。、；：！？"

# The red button
DISC_CALL = ("一键", "救助")
DISC_CALL_NOTE = "按一下，有人来"
DISC_NAME = "一键救助，按一下有人来"

# Header and bottom bar
NET_STARTING = "正在连接"
NET_UP = "网络正常"
NET_DOWN = "断网，仍可求助"
SIZES = ("大字", "更大", "原样")
"""What the size key does next, at each size."""
SPEECH = "朗读"
CONTRAST = "高对比"
BACK = "返回"
HOME = "首页"
CALL_STAFF = "请工作人员帮我"

# Home
HOME_LINE = "摔倒、不舒服、遇到难处，都可以按。"
HOME_STEPS = (("hand", "按一下"), ("headset", "有人接"), ("heart", "过来帮您"))

# A request: the short word in the disc, the step below, the sentence beside it
STEPS: tuple[tuple[Stage, str], ...] = (
    (Stage.RECEIVED, "收到"),
    (Stage.ACCEPTED, "受理"),
    (Stage.ON_THE_WAY, "赶来"),
    (Stage.ARRIVED, "已到"),
    (Stage.CLOSED, "办结"),
)
SENT_TITLE = "已收到"
SENDING_TITLE = "正在送出"
SENDING_LINE = "已记下，正在告诉值班人员。"
RECEIVED_LINE = "值班人员已收到，请在这里等一等。"
STILL_CALLING_TITLE = "还在联系"
STILL_CALLING_LINE = "还在联系值班人员，请再等一等。"
ACCEPTED_TITLE = "已受理"
ON_THE_WAY_TITLE = "正在赶来"
ARRIVED_TITLE = "已到"
KEPT_TITLE = "已记下"
KEPT_LINE = "已记在本机，联网后自动送出。"
UNKEPT_TITLE = "没送出去"
UNKEPT_LINE = "这次没能送出，请马上找工作人员。"
DO_NOW_TITLE = "现在请这样做"
SOMEBODY = "工作人员"
STAFF_TOO = "工作人员也知道了"

# Taking it back, and the end
CANCEL = "不用了"
CANCEL_NOTE = "按错了，或者已经没事了"
PRESS_AGAIN = "着急就再按一次"
CANCELLED_TITLE = "已取消"
CANCELLED_LINE = "已告诉值班人员，您不用再等。需要时请再按。"
CANCELLING_LINE = "已记下，您不用再等。需要时请再按。"
CANCELLED_KEPT_LINE = "已记下，联网后告诉值班人员。需要时请再按。"
CLOSED_TITLE = "已办结"
CLOSED_LINE = "这次求助办好了。需要时请再按。"
SEE_REQUEST = "查看"

REQUEST_NAMES: dict[Kind, str] = {Kind.HELP: "求助", Kind.STAFF_WANTED: "呼叫"}


def accepted(by: str | None) -> str:
    """Who took the request."""
    return f"{by or SOMEBODY}已受理，请在这里等一等。"


def on_the_way(by: str | None) -> str:
    """Who is coming."""
    return f"{by or SOMEBODY}正在赶来，请在这里等一等。"


def arrived(by: str | None) -> str:
    """Who has come."""
    return f"{by or SOMEBODY}已到您身边。"


def hurry_to(window: str) -> str:
    """What to do while nobody has answered yet."""
    return f"着急{window}"


def request_name(kind: Kind, number: int | None) -> str:
    """How a visitor may name the request at the window."""
    name = REQUEST_NAMES[kind]
    return f"{number} 号{name}" if number is not None else f"您的{name}"


def waited(seconds: int) -> str:
    """How long somebody has been waiting, in words."""
    minutes, rest = divmod(max(seconds, 0), 60)
    return f"已等 {minutes} 分 {rest:02d} 秒" if minutes else f"已等 {rest} 秒"


def presses(count: int) -> str:
    """That every press was counted."""
    return f"已按 {count} 次，都算数"


def call_by_phone(phone: str) -> str:
    """The telephone as the other way out."""
    return f"打电话 {phone}"


def banner(name: str, title: str) -> str:
    """An open request on the home screen: number and stage, nothing else."""
    return f"{name} · {title}"


def clauses(text: str) -> str:
    """The text so that a line may end only behind a punctuation mark, never inside a clause."""
    joined = "".join(sign if sign in _MARKS else sign + WORD_JOINER for sign in text)
    for mark in _MARKS:
        joined = joined.replace(WORD_JOINER + mark, mark)
    return joined.replace(" ", "\u00a0").removesuffix(WORD_JOINER)
