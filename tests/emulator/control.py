"""The control API: what a test may do and see, by name and JSON, in process or over HTTP."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from . import users
from .errors import EmulatorMisuseError
from .faults import FAULT_KINDS, Fault
from .methods_topics import DEFAULT_ICON_COLOR, open_topic, remove_topic
from .text import Json
from .world import World

MAX_WAIT_S = 20.0


async def perform(world: World, action: str, params: Json) -> Any:
    """Run one control action; raises EmulatorMisuseError for what makes no sense."""
    if action not in _ACTIONS:
        raise EmulatorMisuseError(f"no control action {action!r}")
    outcome = _ACTIONS[action](world, **params)
    return await outcome if isinstance(outcome, Awaitable) else outcome


def _write(world: World, user: Json, chat_id: int, **message: Any) -> list[int]:
    return users.write(world, user, chat_id, **message)


def _open_group(world: World, **group: Any) -> Json:
    return users.open_group(world, **group)


def _open_topic(world: World, user: Json, chat_id: int, name: str) -> int:
    person = users.meet(world, user)
    topic = open_topic(world, world.chat(chat_id), person, name, DEFAULT_ICON_COLOR)
    return int(topic["message_thread_id"])


def _delete_topic(world: World, chat_id: int, thread_id: int) -> None:
    remove_topic(world.chat(chat_id), thread_id)


def _set_member(world: World, chat_id: int, member: bool) -> None:
    world.chat(chat_id).member = member


def _calls(world: World, method: str = "", chat_id: int = 0, after: int = 0) -> list[Json]:
    return [
        call.as_json()
        for call in world.calls[after:]
        if method.lower() in {"", call.method.lower()} and chat_id in {0, call.chat_id}
    ]


def _messages(world: World, chat_id: int) -> list[Json]:
    chat = world.chats.get(chat_id)
    return [chat.messages[number] for number in sorted(chat.messages)] if chat else []


def _view(world: World, chat_id: int) -> Json:
    chat = world.chats.get(chat_id)
    topics = {} if chat is None else chat.topics
    return {
        "draft": world.draft_text(chat) if chat else None,
        "actions": chat.actions if chat else [],
        "topics": [
            {"thread_id": topic.thread_id, "name": topic.name, "closed": topic.closed}
            for topic in topics.values()
        ],
    }


async def _wait(world: World, version: int, timeout_s: float) -> int:
    return await world.recorded.wait(version, min(timeout_s, MAX_WAIT_S))


def _version(world: World) -> int:
    return world.recorded.version


def _fail(world: World, **fault: Any) -> None:
    order = Fault(**fault)
    if order.kind not in FAULT_KINDS:
        raise EmulatorMisuseError(f"no failure of kind {order.kind!r}")
    world.faults.orders.append(order)


def _clear_faults(world: World) -> None:
    world.faults.orders.clear()


def _enforce_flood(world: World, enforce: bool) -> None:
    world.flood.enforce = enforce


def _violations(world: World) -> list[Json]:
    return [asdict(violation) for violation in world.flood.violations]


def _verdicts(world: World) -> list[Json]:
    return [asdict(verdict) for verdict in world.judges.verdicts] if world.judges else []


def _answer(world: World, query_id: str) -> Json | None:
    query = world.queries.get(query_id)
    return query.answer if query else None


def _commands(world: World, scope: str, language: str) -> list[Json]:
    return world.commands.get((scope, language), [])


def _status(world: World) -> Json:
    return {
        "pending": len(world.updates),
        "polls": world.updates.polls,
        "webhook": world.webhook.url,
        "last_update_id": world.updates.last_id,
        "calls": len(world.calls),
        "orders": len(world.faults.orders),
    }


def _repeat(world: World, update_id: int) -> None:
    if not world.updates.repeat(update_id):
        raise EmulatorMisuseError(f"there was no update {update_id}")


def _serve_address(world: World, url: str, data: str) -> None:
    world.files.addresses[url] = base64.b64decode(data)


_ACTIONS: dict[str, Callable[..., Any]] = {
    "write": _write,
    "forward": users.forward,
    "edit": users.edit,
    "press": users.press,
    "set_blocked": users.set_blocked,
    "open_group": _open_group,
    "open_topic": _open_topic,
    "delete_topic": _delete_topic,
    "set_member": _set_member,
    "calls": _calls,
    "messages": _messages,
    "view": _view,
    "wait": _wait,
    "version": _version,
    "fail": _fail,
    "clear_faults": _clear_faults,
    "enforce_flood": _enforce_flood,
    "violations": _violations,
    "verdicts": _verdicts,
    "answer": _answer,
    "commands": _commands,
    "status": _status,
    "repeat": _repeat,
    "serve_address": _serve_address,
}
