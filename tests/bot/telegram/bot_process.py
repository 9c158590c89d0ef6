"""A front as its own process, to be killed: python -m tests.bot.telegram.bot_process URL SOCKET."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from redis.asyncio import Redis

from bot.telegram.front import Account, Front, Parts
from bot.telegram.options import Options
from bot.telegram.pseudonyms import Pseudonyms
from knowledge_base.problems import Problems
from knowledge_base.shop_file import read_replies, read_shop
from knowledge_base.store import DEMO_SHOP
from tests.bot.telegram.conftest import FAST
from tests.bot.telegram.rule_desk import RuleDesk


async def main(url: str, socket: str) -> None:
    """Serve until killed."""
    problems = Problems()
    shop = read_shop(DEMO_SHOP / "shop.yaml", problems)
    assert shop is not None
    path = DEMO_SHOP / "replies.yaml"
    parts = Parts(
        shop=shop,
        replies=read_replies(path, shop, path, problems),
        folder=Path(DEMO_SHOP),
        desk=RuleDesk(slow={"question": 0.05}),
        redis=Redis(unix_socket_path=socket, decode_responses=True),
        pseudonyms=Pseudonyms(b"k" * 32),
        last_turns=lambda conversation, limit: (),
        mask=str,
        options=Options(burst_window_s=0.0, limits=FAST),
    )
    await Front(Account("123456:TEST", url), parts).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
