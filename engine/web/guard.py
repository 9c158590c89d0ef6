"""Who may talk to the page: Host and Origin checks, and the headers of every answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.errors import SettingsError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
HOST = re.compile(r"^(\[[0-9a-f:.]+\]|[a-z0-9-]+(?:\.[a-z0-9-]+)*)(:[0-9]{1,5})?$")
CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action {forms}",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
MEND = "open the page as http://localhost, or add its address to {setting}."


@dataclass(frozen=True, slots=True)
class Origins:
    """The loopback names, and the further origins a shop serves the page under."""

    further: frozenset[str]
    hosts: frozenset[str]
    setting: str

    @classmethod
    def of(cls, origins: Iterable[str], setting: str = "WEB_ORIGINS") -> Origins:
        """From a setting. Raises SettingsError where one is no bare http(s) origin."""
        further = frozenset(_origin(text, setting) for text in origins)
        return cls(further, frozenset(urlsplit(origin).netloc for origin in further), setting)

    def allows_host(self, headers: Headers) -> bool:
        """Whether the one Host header names this machine; a rebound DNS name does not."""
        hosts = headers.getlist("host")
        if len(hosts) != 1:
            return False
        host = hosts[0].lower()
        match = HOST.match(host)
        return match is not None and (match.group(1) in LOOPBACK or host in self.hosts)

    def allows_origin(self, headers: Headers) -> bool:
        """Whether the one Origin header is this very page, port and all, or a further one."""
        origins = headers.getlist("origin")
        if len(origins) != 1:
            return False
        origin, host = origins[0].lower(), headers.get("host", "").lower()
        return origin in self.further or origin in (f"http://{host}", f"https://{host}")


def _origin(text: str, setting: str) -> str:
    try:
        parts = urlsplit(text.strip().rstrip("/").lower())
        match = HOST.match(parts.netloc)
    except ValueError:
        match = None
    if match is None or parts.scheme not in ("http", "https") or parts.path or parts.query:
        raise SettingsError(
            f"{text!r} is not an origin",
            where=setting,
            mend="write scheme and host only, such as https://chat.example.com.",
        )
    return f"{parts.scheme}://{parts.netloc}"


def headers_of(forms: str) -> dict[str, str]:
    """The headers of every answer. `forms`: where the pages' forms may send to."""
    return {"content-security-policy": CONTENT_POLICY.format(forms=forms), **HEADERS}


class Guard:
    """ASGI middleware: refuses foreign hosts and origins, adds the security headers.

    `keyed`: an address that servers call and send no Origin to, as browsers always do; its own
    guard is a signature by a key. `forms`: where the pages' forms may send to.
    """

    def __init__(
        self, app: ASGIApp, origins: Origins, *, keyed: str = "", forms: str = "'none'"
    ) -> None:
        self.app = app
        self.origins = origins
        self.keyed = keyed
        self.headers = headers_of(forms)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The wrapped app, or a refusal."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            headers = Headers(scope=scope)
            if self.origins.allows_host(headers) and self.origins.allows_origin(headers):
                await self.app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008, "reason": "foreign origin"})
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        headers = Headers(scope=scope)
        app = self.app
        mend = MEND.format(setting=self.origins.setting)
        if self.keyed and scope["path"] == self.keyed and "origin" not in headers:
            pass
        elif not self.origins.allows_host(headers):
            app = PlainTextResponse(f"Unknown host. Mend: {mend}\n", 421)
        elif scope["method"] not in ("GET", "HEAD") and not self.origins.allows_origin(headers):
            app = PlainTextResponse(f"Foreign origin. Mend: {mend}\n", 403)
        await app(scope, receive, send_guarded)
