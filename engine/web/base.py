"""The colours and first looks that both pages share, served at one address."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

ADDRESS = "/static/base.css"
FILE = Path(__file__).parent / "base.css"


async def base_css(request: Request) -> Response:
    """The style sheet."""
    return FileResponse(FILE, media_type="text/css")
