"""The table of methods the emulator serves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from . import methods_bot, methods_edit, methods_send, methods_topics
from .errors import ApiError
from .params import Params
from .world import World

Handler = Callable[[World, Params], Any]


async def get_updates(world: World, params: Params) -> Any:
    """getUpdates; raises 409 while a webhook is set or when another poll takes over."""
    if world.webhook.url:
        raise ApiError(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )
    world.updates.allow(params.parsed("allowed_updates"))
    return await world.updates.poll(
        params.integer("offset"), params.integer("limit", 100), params.integer("timeout")
    )


METHODS: dict[str, Handler] = {
    "getMe": methods_bot.get_me,
    "getUpdates": get_updates,
    "setWebhook": methods_bot.set_webhook,
    "deleteWebhook": methods_bot.delete_webhook,
    "getWebhookInfo": methods_bot.get_webhook_info,
    "getChat": methods_bot.get_chat,
    "getFile": methods_bot.get_file,
    "setMyCommands": methods_bot.set_my_commands,
    "getMyCommands": methods_bot.get_my_commands,
    "deleteMyCommands": methods_bot.delete_my_commands,
    "setMyDescription": methods_bot.set_my_description,
    "getMyDescription": methods_bot.get_my_description,
    "setMyShortDescription": methods_bot.set_my_short_description,
    "getMyShortDescription": methods_bot.get_my_short_description,
    "setMyName": methods_bot.set_my_name,
    "logOut": methods_bot.log_out,
    "close": methods_bot.log_out,
    "sendMessage": methods_send.send_message,
    "sendPhoto": methods_send.send_photo,
    "sendDocument": methods_send.send_document,
    "sendMediaGroup": methods_send.send_media_group,
    "sendChatAction": methods_send.send_chat_action,
    "sendMessageDraft": methods_send.send_message_draft,
    "copyMessage": methods_send.copy_message,
    "forwardMessage": methods_send.forward_message,
    "editMessageText": methods_edit.edit_message_text,
    "editMessageCaption": methods_edit.edit_message_caption,
    "editMessageReplyMarkup": methods_edit.edit_message_reply_markup,
    "deleteMessage": methods_edit.delete_message,
    "answerCallbackQuery": methods_edit.answer_callback_query,
    "createForumTopic": methods_topics.create_forum_topic,
    "editForumTopic": methods_topics.edit_forum_topic,
    "closeForumTopic": methods_topics.close_forum_topic,
    "reopenForumTopic": methods_topics.reopen_forum_topic,
    "deleteForumTopic": methods_topics.delete_forum_topic,
}
NAMES = {name.lower(): name for name in METHODS}

COUNTED = frozenset(
    {"sendMessage", "sendPhoto", "sendDocument", "sendMediaGroup", "copyMessage", "forwardMessage"}
    | {"editMessageText", "editMessageCaption", "editMessageReplyMarkup"}
)
"""Methods under the flood limits."""


async def run_method(world: World, name: str, params: Params) -> Any:
    """Carry out one call; raises ApiError where Telegram refuses it."""
    outcome = METHODS[name](world, params)
    return await outcome if isinstance(outcome, Awaitable) else outcome


def message_count(name: str, params: Params) -> int:
    """How many messages a call counts for against the flood limits."""
    if name not in COUNTED:
        return 0
    media = params.parsed("media") if name == "sendMediaGroup" else None
    return max(len(media), 1) if isinstance(media, list) else 1
