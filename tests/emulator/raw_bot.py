"""A caller of the Bot API with no rules of its own: sends what it is told."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import aiohttp
from PIL import Image

from .emulator import Emulator
from .text import Json


@dataclass(frozen=True, slots=True)
class RawBot:
    """Calls of any shape against one emulator."""

    tg: Emulator
    session: aiohttp.ClientSession

    def address(self, method: str) -> str:
        """The URL of a method."""
        return f"{self.tg.base_url}/bot{self.tg.token}/{method}"

    async def call(self, method: str, **params: Any) -> Json:
        """The whole answer to a JSON call."""
        async with self.session.post(self.address(method), json=params) as answer:
            body: Json = await answer.json()
            assert answer.status == body.get("error_code", 200)
            return body

    async def result(self, method: str, **params: Any) -> Any:
        """The result of a call that must succeed."""
        body = await self.call(method, **params)
        assert body["ok"], body
        return body["result"]

    async def refusal(self, method: str, **params: Any) -> str:
        """The description of a call that must be refused with a 400."""
        body = await self.call(method, **params)
        assert body.get("error_code") == 400, body
        return str(body["description"])


def picture(width: int = 320, height: int = 200, colour: str = "teal") -> bytes:
    """A PNG of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()
