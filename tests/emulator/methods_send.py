"""Methods that put something new into a chat."""

from __future__ import annotations

from typing import Any

from .chats import Chat, Topic
from .errors import bad_request
from .files import photo_sizes
from .params import Params, Upload
from .text import Json
from .validation import check_inline_keyboard, read_caption, read_text
from .world import World

ACTIONS = frozenset(
    {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"}
    | {"upload_document", "choose_sticker", "find_location", "record_video_note"}
    | {"upload_video_note"}
)
ALBUM_SIZE = range(2, 11)


def send_message(world: World, params: Params) -> Json:
    """sendMessage."""
    place = _Place(world, params)
    text, entities = read_text(params, allow_parse_mode=not world.options.refuse_parse_mode)
    return place.post({"text": text, **_named("entities", entities)})


def send_photo(world: World, params: Params) -> Json:
    """sendPhoto."""
    place = _Place(world, params)
    text, entities = read_caption(params, allow_parse_mode=not world.options.refuse_parse_mode)
    photo = _photo(world, params.upload("photo"), params.string("photo"))
    return place.post(
        {"photo": photo, **_named("caption", text), **_named("caption_entities", entities)}
    )


def send_document(world: World, params: Params) -> Json:
    """sendDocument."""
    place = _Place(world, params)
    text, entities = read_caption(params, allow_parse_mode=not world.options.refuse_parse_mode)
    document = _document(world, params.upload("document"), params.string("document"))
    return place.post(
        {"document": document, **_named("caption", text), **_named("caption_entities", entities)}
    )


def send_media_group(world: World, params: Params) -> list[Json]:
    """sendMediaGroup, photos and documents; the emulator takes no other kinds."""
    if params.parsed("reply_markup") is not None:
        raise bad_request("reply markup is not supported in sendMediaGroup")
    place = _Place(world, params)
    media = params.parsed("media")
    if not isinstance(media, list):
        raise bad_request("can't parse media JSON object")
    if len(media) not in ALBUM_SIZE:
        raise bad_request("wrong number of messages in the album; must be 2 to 10")
    contents = [_album_item(world, params, item) for item in media]
    if len({"photo" in content for content in contents}) > 1:
        raise bad_request("document can't be mixed with other media types")
    album = str(world.next_id())
    return [place.post({"media_group_id": album, **content}) for content in contents]


def send_chat_action(world: World, params: Params) -> bool:
    """sendChatAction."""
    chat = world.chat(params.string("chat_id"))
    chat.require_writable()
    thread_id = params.integer("message_thread_id")
    chat.topic(thread_id)
    if params.string("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    action = {"action": params.string("action"), "message_thread_id": thread_id}
    chat.actions.append({**action, "at": world.now()})
    return True


def send_message_draft(world: World, params: Params) -> bool:
    """sendMessageDraft: private chats only, gone after 30 s or with the next real message."""
    chat = world.chat(params.integer("chat_id"))
    chat.require_writable()
    if chat.kind != "private":
        raise bad_request("TEXTDRAFT_PEER_INVALID")
    if not params.integer("draft_id"):
        raise bad_request("RANDOM_ID_INVALID")
    text = ""
    if params.string("text").strip():
        text, _ = read_text(params, allow_parse_mode=not world.options.refuse_parse_mode)
    world.set_draft(chat, params.integer("draft_id"), text)
    return True


def copy_message(world: World, params: Params) -> Json:
    """copyMessage, with a new caption or keyboard where given."""
    place = _Place(world, params)
    source = world.chat(params.string("from_chat_id"))
    original = source.message(params.integer("message_id"), "message to copy not found")
    content = message_content(original)
    if not content:
        raise bad_request("the message can't be copied")
    if "caption" in params.values and "text" not in content:
        text, entities = read_caption(params, allow_parse_mode=not world.options.refuse_parse_mode)
        content |= {"caption": text, "caption_entities": entities}
    return {"message_id": place.post(content)["message_id"]}


def forward_message(world: World, params: Params) -> Json:
    """forwardMessage."""
    place = _Place(world, params)
    source = world.chat(params.string("from_chat_id"))
    original = source.message(params.integer("message_id"), "message to forward not found")
    content = message_content(original)
    if not content:
        raise bad_request("the message can't be forwarded")
    return place.post({**content, "forward_origin": forward_origin(original)})


def message_content(message: Json) -> Json:
    """What a copy of a message carries: its text or media, without place, parent or keyboard."""
    names = ("text", "entities", "photo", "document", "sticker", "voice", "location")
    return {
        name: message[name] for name in (*names, "caption", "caption_entities") if name in message
    }


def forward_origin(message: Json) -> Json:
    """Where a forwarded message came from."""
    earlier = message.get("forward_origin")
    if isinstance(earlier, dict):
        return earlier
    return {"type": "user", "sender_user": message["from"], "date": message["date"]}


class _Place:
    """Where a new message goes: chat, topic, the message it answers, its keyboard."""

    def __init__(self, world: World, params: Params) -> None:
        self.world = world
        self.chat = world.chat(params.string("chat_id"))
        self.chat.require_writable()
        self.keyboard = check_inline_keyboard(params.parsed("reply_markup"))
        self.topic: Topic | None = self.chat.topic(params.integer("message_thread_id"))
        self.reply_to = _reply_target(world, self.chat, params)
        if self.topic and self.topic.closed and not self.chat.bot_admin:
            raise bad_request("TOPIC_CLOSED")
        if self.reply_to and not self.topic:
            self.topic = self.chat.topics.get(self.reply_to.get("message_thread_id", 0))

    def post(self, content: Json) -> Json:
        """Put the content there as the bot."""
        shown = {**content, **_named("reply_markup", self.keyboard)}
        return self.world.post(
            self.chat, self.world.bot, shown, topic=self.topic, reply_to=self.reply_to
        )


def _reply_target(world: World, chat: Chat, params: Params) -> Json | None:
    reply = params.parsed("reply_parameters")
    lenient = params.flag("allow_sending_without_reply")
    message_id = params.integer("reply_to_message_id")
    if isinstance(reply, dict):
        lenient = lenient or bool(reply.get("allow_sending_without_reply"))
        message_id = int(reply.get("message_id", 0))
        if "chat_id" in reply:
            chat = world.chat(reply["chat_id"])
    if not message_id:
        return None
    found = chat.messages.get(message_id)
    if found is None and not lenient:
        raise bad_request("message to be replied not found")
    return found


def _photo(world: World, upload: Upload | None, reference: str) -> list[Json]:
    if upload is not None:
        file = world.files.add("photo", upload.data, "jpg")
    elif reference:
        file = world.files.fetch("photo", reference, "jpg")
    else:
        raise bad_request("there is no photo in the request")
    return photo_sizes(file)


def _album_item(world: World, params: Params, item: Any) -> Json:
    if not isinstance(item, dict) or item.get("type") not in {"photo", "document"}:
        raise bad_request("can't parse InputMedia: unsupported media type specified")
    # An album's items have the fields of a captioned call, so the same rules read them.
    inner = Params(item)
    text, entities = read_caption(inner, allow_parse_mode=not world.options.refuse_parse_mode)
    reference = str(item.get("media", ""))
    upload = params.attached(reference) if reference.startswith("attach://") else None
    captioned = {**_named("caption", text), **_named("caption_entities", entities)}
    if item["type"] == "photo":
        return {"photo": _photo(world, upload, reference), **captioned}
    return {"document": _document(world, upload, reference), **captioned}


def _document(world: World, upload: Upload | None, reference: str) -> Json:
    if upload is not None:
        file = world.files.add("document", upload.data, "bin")
        return {**file.reference(), "file_name": upload.name}
    if not reference:
        raise bad_request("there is no document in the request")
    return world.files.fetch("document", reference, "bin").reference()


def _named(name: str, value: Any) -> Json:
    return {name: value} if value else {}
