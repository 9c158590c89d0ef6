"""The user's side: people write, edit, press, block; the server makes updates of it."""

from __future__ import annotations

from typing import Any

from .chats import Chat, Topic
from .errors import EmulatorMisuseError
from .media import media_content
from .methods_send import forward_origin, message_content
from .text import Json, find_entities, merge_entities, utf16_length
from .validation import MAX_CAPTION, MAX_TEXT
from .world import QUERY_LIFETIME_S, Query, World

CHAT_INSTANCE = "4611686018427387904"


def meet(world: World, user: Json) -> Json:
    """Know a person (again): the User object without empty fields, and their private chat."""
    person = {name: value for name, value in user.items() if value not in (None, "")}
    person.setdefault("is_bot", False)
    world.users[person["id"]] = person
    if person["id"] not in world.chats:
        shared = ("id", "first_name", "last_name", "username")
        profile = {name: person[name] for name in shared if name in person}
        chat = Chat(person["id"], {**profile, "type": "private"}, world.message_ids("private"))
        chat.started = False
        world.chats[chat.id] = chat
    return person


def open_group(
    world: World, chat_id: int, kind: str, title: str, *, forum: bool, bot_admin: bool
) -> Json:
    """Make a group or supergroup with the bot in it; returns its Chat object."""
    if chat_id >= 0 or kind not in {"group", "supergroup"} or (forum and kind == "group"):
        raise EmulatorMisuseError("a group has a negative id; only a supergroup has topics")
    profile: Json = {"id": chat_id, "type": kind, "title": title}
    if forum:
        profile["is_forum"] = True
    world.chats[chat_id] = Chat(chat_id, profile, world.message_ids(kind), bot_admin=bot_admin)
    return profile


def write(
    world: World,
    user: Json,
    chat_id: int,
    *,
    text: str = "",
    entities: list[Json] | None = None,
    media: Json | None = None,
    reply_to: int = 0,
    thread_id: int = 0,
    forward_of: Json | None = None,
) -> list[int]:
    """Send a message as a person; a long text goes as several, as clients do."""
    person = meet(world, user)
    chat = _chat(world, chat_id)
    if chat.kind == "private":
        chat.started, chat.blocked = True, False
    content = media_content(world, media) if media else {}
    pieces = [text] if media else _pieces(text)
    sent = []
    for piece in pieces:
        body = {**content, **_words(piece, entities or [], caption=bool(media))}
        if forward_of is not None:
            body["forward_origin"] = {"date": int(world.now()) - 60, **forward_of}
        sent.append(_arrive(world, chat, person, body, reply_to, thread_id))
    return sent


def forward(world: World, user: Json, chat_id: int, from_chat_id: int, message_id: int) -> int:
    """Forward a message of another chat to this one."""
    person = meet(world, user)
    original = _chat(world, from_chat_id).messages.get(message_id)
    if original is None:
        raise EmulatorMisuseError(f"no message {message_id} to forward")
    content = {**message_content(original), "forward_origin": forward_origin(original)}
    return _arrive(world, _chat(world, chat_id), person, content, 0, 0)


def edit(world: World, user: Json, chat_id: int, message_id: int, text: str) -> None:
    """Edit one's own message."""
    chat = _chat(world, chat_id)
    message = chat.messages.get(message_id)
    if message is None or message["from"]["id"] != user["id"]:
        raise EmulatorMisuseError(f"message {message_id} is not this person's")
    caption = "text" not in message
    changed = {**message, **_words(text, [], caption=caption), "edit_date": int(world.now())}
    chat.messages[message_id] = changed
    if _bot_sees(world, chat, changed):
        world.updates.add("edited_message", changed)


def press(
    world: World, user: Json, chat_id: int, label: str, *, message_id: int = 0, stale: bool = False
) -> str:
    """Press an inline button by label, on the newest message that has it; the query's id.

    `stale`: also a keyboard since replaced, or of a deleted message, as a slow client may.
    """
    person = meet(world, user)
    chat = _chat(world, chat_id)
    shown_id, button = _button(chat, label, message_id, stale)
    if "callback_data" not in button:
        raise EmulatorMisuseError(f"button {label!r} sends nothing to the bot: {button}")
    query_id = str(world.next_id())
    world.queries[query_id] = Query(chat.id, world.now() + QUERY_LIFETIME_S)
    gone: Json = {"chat": chat.profile, "message_id": shown_id, "date": 0}
    world.updates.add(
        "callback_query",
        {
            "id": query_id,
            "from": person,
            "message": chat.messages.get(shown_id, gone),
            "chat_instance": CHAT_INSTANCE,
            "data": button["callback_data"],
        },
    )
    return query_id


def set_blocked(world: World, user: Json, blocked: bool) -> None:
    """Block or unblock the bot; it learns by my_chat_member."""
    person = meet(world, user)
    chat = _chat(world, person["id"])
    if chat.blocked == blocked:
        return
    before, after = ("member", "kicked") if blocked else ("kicked", "member")
    chat.blocked = blocked
    change: Json = {"chat": chat.profile, "from": person, "date": int(world.now())}
    for name, status in (("old_chat_member", before), ("new_chat_member", after)):
        change[name] = {"status": status, "user": world.bot}
        if status == "kicked":
            change[name]["until_date"] = 0
    world.updates.add("my_chat_member", change)


def _arrive(
    world: World, chat: Chat, person: Json, content: Json, reply_to: int, thread_id: int
) -> int:
    parent = chat.messages.get(reply_to)
    if reply_to and parent is None:
        raise EmulatorMisuseError(f"no message {reply_to} to reply to")
    topic = _topic(chat, thread_id or (parent or {}).get("message_thread_id", 0))
    message = world.post(chat, person, content, topic=topic, reply_to=parent)
    if _bot_sees(world, chat, message):
        world.updates.add("message", message)
    return int(message["message_id"])


def _bot_sees(world: World, chat: Chat, message: Json) -> bool:
    if chat.kind == "private":
        return True
    if not chat.member:
        return False
    if chat.bot_admin or not world.options.privacy_mode:
        return True
    name = f"@{world.options.username}".lower()
    text = str(message.get("text") or message.get("caption") or "").lower()
    entities = message.get("entities") or message.get("caption_entities") or []
    command = any(entity["type"] == "bot_command" for entity in entities)
    to_other_bot = command and "@" in text.split()[0] and name not in text
    answered = message.get("reply_to_message", {}).get("from", {}).get("id")
    return (command and not to_other_bot) or name in text or answered == world.bot["id"]


def _words(text: str, entities: list[Json], *, caption: bool) -> Json:
    if caption and utf16_length(text) > MAX_CAPTION:
        raise EmulatorMisuseError("a client lets nobody write so long a caption")
    found = merge_entities(entities, find_entities(text))
    names = ("caption", "caption_entities") if caption else ("text", "entities")
    return {name: value for name, value in zip(names, (text, found), strict=True) if value}


def _pieces(text: str) -> list[str]:
    if not text.strip():
        raise EmulatorMisuseError("a client sends no empty message")
    pieces = [""]
    room = MAX_TEXT
    for character in text:
        size = utf16_length(character)
        if room < size:
            pieces.append("")
            room = MAX_TEXT
        pieces[-1] += character
        room -= size
    return pieces


def _chat(world: World, chat_id: int) -> Chat:
    found = world.chats.get(chat_id)
    if found is None:
        raise EmulatorMisuseError(f"there is no chat {chat_id}")
    return found


def _topic(chat: Chat, thread_id: int) -> Topic | None:
    if not thread_id:
        return None
    if thread_id not in chat.topics:
        raise EmulatorMisuseError(f"there is no topic {thread_id}")
    return chat.topics[thread_id]


def _button(chat: Chat, label: str, message_id: int, stale: bool) -> tuple[int, Any]:
    for shown_id in sorted(chat.keyboards, reverse=True):
        if message_id not in {0, shown_id}:
            continue
        current = chat.messages.get(shown_id, {}).get("reply_markup")
        keyboards = chat.keyboards[shown_id][::-1] if stale else [current]
        for keyboard in filter(None, keyboards):
            for row in keyboard["inline_keyboard"]:
                for button in row:
                    if button["text"] == label:
                        return shown_id, button
    raise EmulatorMisuseError(f"no button {label!r} is shown")
