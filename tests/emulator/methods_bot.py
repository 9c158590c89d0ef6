"""Methods about the bot itself: who it is, its commands, webhook, files and chats."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from .errors import bad_request
from .files import MAX_DOWNLOAD_BYTES
from .params import Params
from .text import Json
from .validation import check_commands, check_secret_token
from .world import Webhook, World

WEBHOOK_PORTS = frozenset({None, 80, 88, 443, 8443})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})
SCOPES = CHAT_SCOPES | {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
}
MAX_DESCRIPTION = {"description": 512, "short_description": 120, "name": 64}


def get_me(world: World, params: Params) -> Json:
    """getMe."""
    return {
        **world.bot,
        "can_join_groups": True,
        "can_read_all_group_messages": not world.options.privacy_mode,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(world: World, params: Params) -> Json:
    """getChat."""
    chat = world.chat(params.string("chat_id"))
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription"), False
    )
    return {
        **chat.profile,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {**gifts, "gifts_from_channels": False},
    }


def get_file(world: World, params: Params) -> Json:
    """getFile: the path to download from, up to 20 MB."""
    file = world.files.get(params.string("file_id"))
    if len(file.data) > MAX_DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {**file.reference(), "file_path": file.path}


def set_webhook(world: World, params: Params) -> bool:
    """setWebhook: https on the ports Telegram serves; plain http only on loopback."""
    url = params.string("url")
    secret = check_secret_token(params.string("secret_token"))
    if url:
        _check_webhook_url(url)
    connections = params.integer("max_connections", 40)
    if not 1 <= connections <= 100:
        raise bad_request("max_connections must be between 1 and 100")
    world.updates.allow(params.parsed("allowed_updates"))
    _drop_pending(world, params)
    world.webhook = Webhook(url, secret, connections)
    world.updates.changed.notify()
    world.webhook_set.notify()
    return True


def delete_webhook(world: World, params: Params) -> bool:
    """deleteWebhook."""
    _drop_pending(world, params)
    world.webhook = Webhook()
    world.webhook_set.notify()
    return True


def get_webhook_info(world: World, params: Params) -> Json:
    """getWebhookInfo."""
    hook = world.webhook
    info: Json = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
    }
    if hook.url:
        info["max_connections"] = hook.max_connections
    if hook.last_error:
        info |= {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error}
    return info


def set_my_commands(world: World, params: Params) -> bool:
    """setMyCommands for a scope and language."""
    world.commands[_scope_key(world, params)] = check_commands(params.parsed("commands"))
    return True


def get_my_commands(world: World, params: Params) -> list[Json]:
    """getMyCommands of exactly that scope and language."""
    return world.commands.get(_scope_key(world, params), [])


def delete_my_commands(world: World, params: Params) -> bool:
    """deleteMyCommands of exactly that scope and language."""
    world.commands.pop(_scope_key(world, params), None)
    return True


def set_my_description(world: World, params: Params) -> bool:
    """setMyDescription."""
    return _describe(world, params, "description")


def set_my_short_description(world: World, params: Params) -> bool:
    """setMyShortDescription."""
    return _describe(world, params, "short_description")


def set_my_name(world: World, params: Params) -> bool:
    """setMyName."""
    return _describe(world, params, "name")


def get_my_description(world: World, params: Params) -> Json:
    """getMyDescription."""
    return {"description": world.descriptions.get(("description", _language(params)), "")}


def get_my_short_description(world: World, params: Params) -> Json:
    """getMyShortDescription."""
    key = ("short_description", _language(params))
    return {"short_description": world.descriptions.get(key, "")}


def log_out(world: World, params: Params) -> bool:
    """logOut and close: nothing to give up here."""
    return True


def _describe(world: World, params: Params, kind: str) -> bool:
    text = params.string(kind)
    if len(text) > MAX_DESCRIPTION[kind]:
        raise bad_request(f"{kind.replace('_', ' ')} is too long")
    world.descriptions[kind, _language(params)] = text
    return True


def _language(params: Params) -> str:
    code = params.string("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def _scope_key(world: World, params: Params) -> tuple[str, str]:
    scope = params.parsed("scope") or {"type": "default"}
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind not in SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    chat = str(world.chat(scope.get("chat_id", "")).id) if kind in CHAT_SCOPES else ""
    return f"{kind}:{chat}:{scope.get('user_id', '')}".rstrip(":"), _language(params)


def _drop_pending(world: World, params: Params) -> None:
    if params.flag("drop_pending_updates"):
        world.updates.clear()


def _check_webhook_url(url: str) -> None:
    parts = urlsplit(url)
    loopback = parts.hostname in LOOPBACK
    if parts.scheme != "https" and not (loopback and parts.scheme == "http"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not parts.hostname:
        raise bad_request("bad webhook: invalid URL")
    if parts.port not in WEBHOOK_PORTS and not loopback:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
