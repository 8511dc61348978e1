"""The stand-in chat service takes, remembers, fails and hangs up as it is told."""

import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from simulators.trouble import CannotRun
from simulators.webhook_receiver import LONGEST_BODY, Mood, WebhookReceiver


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    """A service that takes everything."""
    with WebhookReceiver() as running:
        yield running


def test_a_request_is_remembered_with_headers_and_body(receiver: WebhookReceiver) -> None:
    headers = {"X-Signature": "abc", "Idempotency-Key": "n-1"}
    answer = httpx.post(f"{receiver.url}/robot?token=t", content="您好".encode(), headers=headers)
    (received,) = receiver.wait_for(1)
    assert answer.json() == {"errcode": 0, "errmsg": "ok"}
    assert (received.method, received.path) == ("POST", "/hook/robot?token=t")
    assert (received.headers["x-signature"], received.headers["idempotency-key"]) == ("abc", "n-1")
    assert received.body.decode() == "您好"


def test_it_fails_as_often_as_told_and_then_recovers(receiver: WebhookReceiver) -> None:
    receiver.then(Mood(500), Mood(429), Mood(200, '{"errcode": 310000}'))
    answers = [httpx.post(receiver.url) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [500, 429, 200, 200]
    assert [answer.json()["errcode"] for answer in answers] == [0, 0, 310000, 0]


def test_it_can_fail_for_good(receiver: WebhookReceiver) -> None:
    receiver.mood = Mood(503)
    assert [httpx.post(receiver.url).status_code for _ in range(3)] == [503, 503, 503]


def test_a_hang_up_gives_no_answer_but_is_remembered(receiver: WebhookReceiver) -> None:
    receiver.then(Mood(hang_up=True))
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(receiver.url, content=b"x")
    assert [request.body for request in receiver.wait_for(1)] == [b"x"]
    assert httpx.post(receiver.url).status_code == 200


def test_a_slow_answer_outlasts_a_short_patience(receiver: WebhookReceiver) -> None:
    receiver.then(Mood(delay_s=30))
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(receiver.url, timeout=0.2)
    assert httpx.post(receiver.url).status_code == 200


def test_stopping_does_not_wait_for_slow_answers() -> None:
    began = time.monotonic()
    with WebhookReceiver(mood=Mood(delay_s=30)) as receiver, pytest.raises(httpx.ReadTimeout):
        httpx.post(receiver.url, timeout=0.2)
    assert time.monotonic() - began < 10


def test_one_connection_carries_many_requests(receiver: WebhookReceiver) -> None:
    with httpx.Client() as client:
        for number in range(5):
            assert client.post(receiver.url, content=str(number)).status_code == 200
    assert [request.body for request in receiver.received] == [b"0", b"1", b"2", b"3", b"4"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ("content-length: much", 411),
        ("content-length: -5", 411),
        ("transfer-encoding: chunked", 411),
        (f"content-length: {LONGEST_BODY + 1}", 413),
    ],
)
def test_a_body_of_unknown_or_huge_length_is_refused(
    receiver: WebhookReceiver, headers: str, status: int
) -> None:
    host, port = receiver.url.removeprefix("http://").split("/")[0].split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(f"POST /hook HTTP/1.1\r\nhost: x\r\n{headers}\r\n\r\n".encode())
        assert line.recv(100).split()[1] == str(status).encode()
    assert receiver.received == []


def test_a_taken_port_is_refused_with_its_number(receiver: WebhookReceiver) -> None:
    port = int(receiver.url.split(":")[2].split("/")[0])
    with pytest.raises(CannotRun, match=f"cannot listen on 127.0.0.1:{port}"):
        WebhookReceiver(port=port).start()


def test_requests_that_do_not_come_are_missed_in_time(receiver: WebhookReceiver) -> None:
    with pytest.raises(TimeoutError, match="0 of 2"):
        receiver.wait_for(2, timeout_s=0.05)
