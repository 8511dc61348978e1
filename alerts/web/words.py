"""How the desk says times, spans and states: short Chinese words. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
STALE = timedelta(days=180)
"""An address or door note nobody has looked at for half a year may be wrong."""

MOBILE = 11
"""Digits of a mobile number."""

CHANNEL_TEXT = {"desk": "值守台", "siren": "警灯", "sms": "短信", "webhook": "平台"}

NOTICE_TEXT = {
    "pending": "等着再发",
    "sending": "正在发",
    "sent": "已发出",
    "delivered": "已送达",
    "failed": "没有送到",
    "expired": "已过时",
}

REASON_TEXT = {
    "answered": "已有人受理",
    "bad_number": "号码不对",
    "barred": "号码被限制",
    "broker_down": "消息服务断开",
    "busy": "忙",
    "channel_error": "通道出错",
    "modem_error": "短信猫出错",
    "no_answer": "没有回音",
    "no_listener": "警灯不在线",
    "no_modem": "没有短信猫",
    "no_network": "没有信号",
    "no_service_centre": "没有短信中心号码",
    "no_sim": "没有 SIM 卡",
    "not_configured": "没有配置",
    "phone_off": "对方关机",
    "pin_required": "SIM 卡要密码",
    "pin_wrong": "SIM 卡密码不对",
    "puk_required": "SIM 卡已锁",
    "quota": "发得太多",
    "refused_by_broker": "消息服务拒绝",
    "refused_by_network": "运营商拒绝",
    "protocol": "对方回答看不懂",
    "stopping": "正在重启",
    "timeout": "超时",
    "unreachable": "连不上",
}

CODED = {
    "cms_": "短信网络错误 ",
    "cme_": "短信猫错误 ",
    "http_": "对方回答 ",
    "puback_": "消息服务回答 ",
    "refused_": "对方拒绝 ",
    "report_": "短信回执 ",
}
"""Beginnings of reasons that carry somebody else's number."""

DEVICE_STATE_TEXT = {"well": "正常", "silent": "失联", "never": "未上线", "retired": "已停用"}


def local(moment: datetime) -> datetime:
    """In the time of the wall clock."""
    return moment.astimezone(SHANGHAI)


def clock(moment: datetime) -> str:
    """03:14:09."""
    return f"{local(moment):%H:%M:%S}"


def day(moment: datetime, now: datetime) -> str:
    """今天, 昨天, 明天, 10月3日, 2025年10月3日."""
    then, today = local(moment).date(), local(now).date()
    if then == today:
        return "今天"
    if then == today - timedelta(days=1):
        return "昨天"
    if then == today + timedelta(days=1):
        return "明天"
    text = f"{then.month}月{then.day}日"
    return text if then.year == today.year else f"{then.year}年{text}"


def moment_text(moment: datetime, now: datetime) -> str:
    """03:14 today, else with its day."""
    date = day(moment, now)
    time = f"{local(moment):%H:%M}"
    return time if date == "今天" else f"{date} {time}"


def span(seconds: float) -> str:
    """0:38, 12 分, 3 小时, 2 天: as exact as it still matters."""
    whole = max(0, int(seconds))
    if whole < 600:
        return f"{whole // 60}:{whole % 60:02d}"
    if whole < 7200:
        return f"{whole // 60} 分"
    if whole < 48 * 3600:
        return f"{whole // 3600} 小时"
    return f"{whole // 86400} 天"


def ago(moment: datetime, now: datetime) -> str:
    """刚刚, 3 分钟前, 2 小时前, 5 天前."""
    seconds = int((now - moment).total_seconds())
    if seconds < 60:
        return "刚刚"
    if seconds < 7200:
        return f"{seconds // 60} 分钟前"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} 小时前"
    return f"{seconds // 86400} 天前"


def ahead(due: datetime, now: datetime) -> str:
    """马上, 22 秒后, 5 分后, 3 小时后; the page counts on from here."""
    seconds = int((due - now).total_seconds())
    if seconds <= 0:
        return "马上"
    if seconds < 120:
        return f"{seconds} 秒后"
    if seconds < 7200:
        return f"{seconds // 60} 分后"
    return f"{seconds // 3600} 小时后"


def seconds_text(seconds: float) -> str:
    """9 秒, 2 分 5 秒, 11 分: a measured duration."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} 秒"
    if whole < 600:
        return f"{whole // 60} 分 {whole % 60} 秒" if whole % 60 else f"{whole // 60} 分"
    return span(whole)


def fresh(confirmed_at: datetime | None, now: datetime) -> tuple[str, bool]:
    """When it was last found right, and whether that is too long ago."""
    if confirmed_at is None:
        return "没有核对过", True
    if now - confirmed_at > STALE:
        months = int((now - confirmed_at).days / 30.4)
        return f"{months} 个月没有核对", True
    return f"确认于{day(confirmed_at, now)}", False


def reason_text(code: str) -> str:
    """A coded reason of a notice in words; an unknown code stays readable."""
    for prefix, words in CODED.items():
        if code.startswith(prefix):
            return words + code.removeprefix(prefix)
    return REASON_TEXT.get(code, code)


def notice_text(channel: str, state: str) -> str:
    """What became of a notice; the desk shows to whoever opens it, nothing is carried there."""
    if channel == "desk":
        return {"delivered": "屏幕上已显示", "sent": "登录后可见"}.get(state, NOTICE_TEXT[state])
    return NOTICE_TEXT.get(state, state)


def weekday(moment: datetime) -> str:
    """周二."""
    return WEEKDAYS[local(moment).weekday()]


def day_clock(moment: datetime) -> str:
    """11月24日 周二 03:14:22."""
    then = local(moment)
    return f"{then.month}月{then.day}日 {weekday(moment)} {then:%H:%M:%S}"


def phone(number: str) -> str:
    """139 0000 2208: a mobile number as one reads it aloud."""
    plain = number.replace(" ", "")
    if len(plain) == MOBILE and plain.isdecimal():
        return f"{plain[:3]} {plain[3:7]} {plain[7:]}"
    return number


def usual(low: float | None, high: float | None) -> str:
    """Bounds in words: 45–120, 90 以上."""
    if low is not None and high is not None:
        return f"{low:g}–{high:g}"
    return f"{low:g} 以上" if low is not None else f"{high:g} 以下"
