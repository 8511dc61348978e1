"""Writes supervisord's configuration: what runs, how it restarts, how it ends."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STOP_SECONDS = 5
"""All programs are asked to end at once; whoever takes longer is killed with its children."""

NEVER_GIVE_UP = 1_000_000_000
LOG_BYTES = "5MB"
LOG_FILES = 5
LONGEST_SOCKET = 90
"""Linux allows 107 bytes; supervisord binds under a longer name first."""

MORTAL = ("setpriv", "--pdeathsig", "TERM", "--")
"""The kernel ends a program whose supervisord was killed, so that nothing is left behind."""


@dataclass(frozen=True)
class Program:
    """One process that is kept alive."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    may_be_closed: bool = False
    """An end with code 0 is somebody's wish; it is not started again."""
    stop_signal: str = "TERM"


def render(programs: Sequence[Program], var: Path, root: bool) -> str:
    """The text of supervisord.conf; everything it writes stands below `var`."""
    head = [
        "[supervisord]",
        "nodaemon = true",
        "silent = true",
        "user = root" if root else "",
        f"logfile = {_text(var / 'log' / 'supervisord.log')}",
        f"logfile_maxbytes = {LOG_BYTES}",
        f"logfile_backups = {LOG_FILES}",
        f"pidfile = {_text(var / 'supervisord.pid')}",
        f"childlogdir = {_text(var / 'log')}",
        "umask = 077",
        "",
        *_control(var / "supervisor.sock"),
        "[group:hub]",
        f"programs = {','.join(program.name for program in programs)}",
    ]
    return "\n".join(head) + "\n" + "".join(_program(program, var) for program in programs)


def _control(socket: Path) -> list[str]:
    """What `supervisorctl -c var/supervisord.conf` needs; a path too long for a socket has none."""
    if len(str(socket).encode()) > LONGEST_SOCKET:
        return []
    return [
        "[unix_http_server]",
        f"file = {_text(socket)}",
        "chmod = 0700",
        "",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface",
        "",
        "[supervisorctl]",
        f"serverurl = unix://{_text(socket)}",
        "",
    ]


def _program(program: Program, var: Path) -> str:
    settings = ",".join(f'{key}="{_text(value)}"' for key, value in program.environment.items())
    lines = [
        "",
        f"[program:{program.name}]",
        f"command = {_text(shlex.join(map(str, [*MORTAL, *program.command])))}",
        f"environment = {settings}" if settings else "",
        f"autorestart = {'unexpected' if program.may_be_closed else 'true'}",
        "exitcodes = 0",
        "startsecs = 1",
        f"startretries = {NEVER_GIVE_UP}",
        f"stopsignal = {program.stop_signal}",
        f"stopwaitsecs = {STOP_SECONDS}",
        "killasgroup = true",
        "redirect_stderr = true",
        # supervisord expands this one setting twice.
        f"stdout_logfile = {_text(_text(var / 'log' / f'{program.name}.log'))}",
        f"stdout_logfile_maxbytes = {LOG_BYTES}",
        f"stdout_logfile_backups = {LOG_FILES}",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _text(value: object) -> str:
    """A value in which a percent sign is only a percent sign."""
    return str(value).replace("%", "%%")
