"""A member of staff at the desk without a browser: reads pages, sends their forms."""

import html
import re
from typing import Any

import httpx

from tests.alerts.api.conftest import Site
from tests.alerts.stand import PASSWORD

PAGE = {"Accept": "text/html"}
PART = {"Accept": "*/*", "HX-Request": "true"}
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def text_of(page: str) -> str:
    """What a person reads of a page: no tags, entities as characters, blanks as one."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


class Desk:
    """One visitor with cookies of their own."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.client = site.visitor()
        self.csrf = ""

    async def enter(self, login: str, password: str = PASSWORD) -> httpx.Response:
        """Log in through the form."""
        answer = await self.client.post(
            "/login", data={"login": login, "password": password, "next": "/"}, headers=PAGE
        )
        if answer.status_code == 303:
            self.csrf = CSRF.findall(await self.read("/"))[0]
        return answer

    async def get(self, path: str, *, part: bool = False, **query: Any) -> httpx.Response:
        return await self.client.get(path, params=query or None, headers=PART if part else PAGE)

    async def read(self, path: str, **query: Any) -> str:
        """The page, which must be there."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, (path, answer.status_code, text_of(answer.text))
        return answer.text

    async def send(self, path: str, *, part: bool = False, **fields: Any) -> httpx.Response:
        """Submit a form of a page."""
        data = {"csrf": self.csrf, **fields}
        return await self.client.post(path, data=data, headers=PART if part else PAGE)

    async def done(self, path: str, **fields: Any) -> str:
        """Submit a form that must be taken; where it leads."""
        answer = await self.send(path, **fields)
        assert answer.status_code == 303, (path, answer.status_code, text_of(answer.text))
        return answer.headers["location"]

    async def refused(self, path: str, **fields: Any) -> tuple[int, str]:
        """Submit a form that must be refused: the status and the sentence on the page."""
        answer = await self.send(path, **fields)
        assert answer.headers["content-type"].startswith("text/html")
        (sentence,) = re.findall(r"<h1>(.*?)</h1>", answer.text)
        return answer.status_code, html.unescape(sentence)
