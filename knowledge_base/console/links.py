"""Where one may go on to after signing in: only to pages of this console."""

from __future__ import annotations

import re

PAGE = re.compile(r"^/(?!/)[A-Za-z0-9/_.~%-]*$")


def own_page(path: str) -> str:
    """The path, if it is one of ours, else the first page."""
    return path if PAGE.match(path) and ".." not in path else "/"
