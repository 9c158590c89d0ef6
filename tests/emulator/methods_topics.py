"""Methods about the topics of a forum supergroup."""

from __future__ import annotations

from .chats import Chat, Topic
from .errors import bad_request
from .params import Params
from .text import Json
from .world import World

DEFAULT_ICON_COLOR = 0x6FB9F0
ICON_COLORS = frozenset({0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F})


def create_forum_topic(world: World, params: Params) -> Json:
    """createForumTopic."""
    chat = _forum(world, params)
    name = params.string("name").strip()
    if not 1 <= len(name) <= 128:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "topic name is too long")
    color = params.integer("icon_color", DEFAULT_ICON_COLOR)
    if color not in ICON_COLORS:
        raise bad_request("invalid forum topic icon color specified")
    return open_topic(world, chat, world.bot, name, color)


def open_topic(world: World, chat: Chat, creator: Json, name: str, color: int) -> Json:
    """Open a topic; its id is the id of the service message that announces it."""
    made = {"name": name, "icon_color": color}
    service = world.post(chat, creator, {"forum_topic_created": made})
    thread_id = service["message_id"]
    service |= {"message_thread_id": thread_id, "is_topic_message": True}
    chat.topics[thread_id] = Topic(thread_id, name, color, service)
    return {"message_thread_id": thread_id, **made}


def edit_forum_topic(world: World, params: Params) -> bool:
    """editForumTopic, its name."""
    topic = _topic(_forum(world, params), params)
    name = params.string("name").strip()
    if name == topic.name:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name = name or topic.name
    return True


def close_forum_topic(world: World, params: Params) -> bool:
    """closeForumTopic."""
    return _set_closed(world, params, closed=True)


def reopen_forum_topic(world: World, params: Params) -> bool:
    """reopenForumTopic."""
    return _set_closed(world, params, closed=False)


def delete_forum_topic(world: World, params: Params) -> bool:
    """deleteForumTopic with all its messages."""
    chat = _forum(world, params)
    topic = _topic(chat, params)
    remove_topic(chat, topic.thread_id)
    return True


def remove_topic(chat: Chat, thread_id: int) -> None:
    """Forget a topic and every message in it."""
    del chat.topics[thread_id]
    chat.messages = {
        message_id: message
        for message_id, message in chat.messages.items()
        if message.get("message_thread_id") != thread_id
    }


def _forum(world: World, params: Params) -> Chat:
    chat = world.chat(params.string("chat_id"))
    chat.require_writable()
    if not chat.forum:
        raise bad_request("the chat is not a forum")
    if not chat.bot_admin:
        raise bad_request("not enough rights to create a topic")
    return chat


def _topic(chat: Chat, params: Params) -> Topic:
    topic = chat.topics.get(params.integer("message_thread_id"))
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return topic


def _set_closed(world: World, params: Params, *, closed: bool) -> bool:
    chat = _forum(world, params)
    topic = _topic(chat, params)
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    event = "forum_topic_closed" if closed else "forum_topic_reopened"
    world.post(chat, world.bot, {event: {}}, topic=topic)
    return True
