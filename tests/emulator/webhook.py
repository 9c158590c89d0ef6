"""Delivers updates to the bot's webhook: in order, one at a time, again until it says 2xx."""

from __future__ import annotations

import aiohttp

from .server import answer_webhook_reply
from .text import Json
from .world import World

FIRST_RETRY_S = 0.1
LAST_RETRY_S = 5.0
ANSWER_TIMEOUT_S = 60.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


async def deliver(world: World) -> None:
    """Run until cancelled: post each pending update to the webhook in force."""
    timeout = aiohttp.ClientTimeout(total=ANSWER_TIMEOUT_S)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        retry_s = FIRST_RETRY_S
        while True:
            seen = world.updates.changed.version
            update = world.updates.first()
            if not world.webhook.url or update is None:
                await world.updates.changed.wait(seen, 3600.0)
            elif await _post(world, session, update):
                retry_s = FIRST_RETRY_S
            else:
                await world.webhook_set.wait(world.webhook_set.version, retry_s)
                retry_s = min(retry_s * 2, LAST_RETRY_S)


async def _post(world: World, session: aiohttp.ClientSession, update: Json) -> bool:
    hook = world.webhook
    headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
    if world.judges:
        world.judges.judge_update(update)
    try:
        async with session.post(hook.url, json=update, headers=headers) as response:
            body = await response.read()
            problem = (
                ""
                if 200 <= response.status < 300
                else f"Wrong response from the webhook: {response.status} {response.reason}"
            )
    except (TimeoutError, aiohttp.ClientError, OSError):
        problem, body = "Connection refused", b""
    if problem:
        hook.last_error, hook.last_error_at = problem, int(world.now())
        return False
    if world.updates.first() is update:
        world.updates.drop_first()
    await answer_webhook_reply(world, body)
    return True
