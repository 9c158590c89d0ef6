"""Settings from the environment and `.env`, checked once at start."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from engine.errors import SettingsError
from engine.operators import Operator, read_operators


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the documented table: a variable, its field, its meaning, and how to read it."""

    variable: str
    field: str
    meaning: str
    read: Callable[[str], Any]
    default: Any = None
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a process needs to know at start; nothing else is read from the environment."""

    home: Path
    cache: Path
    kb: Path | None
    redis_url: str | None
    database_url: str | None
    telegram_token: str | None
    telegram_api_url: str
    telegram_webhook_url: str | None
    telegram_webhook_secret: str | None
    telegram_webhook_port: int
    operator_chat_id: int | None
    operators: tuple[Operator, ...]
    web_host: str
    web_port: int
    web_origins: tuple[str, ...]
    console_host: str
    console_port: int
    public_url: str | None
    events_key: str | None
    orders_key: str | None
    link_secret: str | None
    encoder: str | None
    reranker: str | None
    model: str | None
    generator_url: str | None
    generator_model: str | None
    generator_key: str | None
    daily_tokens: int
    holdout_percent: int
    keep_days: int
    keep_events_days: int
    threads: int
    int8: bool | None
    log_level: str

    @classmethod
    def load(
        cls, environ: Mapping[str, str] | None = None, env_file: Path | None = None
    ) -> Settings:
        """Read and check all settings; the environment wins over the file.

        Raises SettingsError naming the variable, its file and line, and the mend.
        """
        found = dict(_read_env_file(env_file or Path(".env")))
        where = dict.fromkeys(found, str(env_file or ".env"))
        for name, value in (os.environ if environ is None else environ).items():
            if name in _BY_VARIABLE or name.startswith("SHOPDESK_"):
                found[name], where[name] = value, "environment"
        _refuse_unknown(found, where)
        values = {s.field: _value(s, found.get(s.variable), where) for s in TABLE}
        return cls(**values)


def _read_env_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    return {name: value for name, value in dotenv_values(path).items() if value is not None}


def _refuse_unknown(found: Mapping[str, str], where: Mapping[str, str]) -> None:
    for name in found:
        if name in _BY_VARIABLE or name in _TEST_VARIABLES:
            continue
        near = get_close_matches(name, _BY_VARIABLE, n=1)
        hint = f"did you mean {near[0]}?" if near else "see `shopdesk doctor --settings`."
        raise SettingsError(f"unknown setting {name}", where=where[name], mend=hint)


def _value(setting: Setting, text: str | None, where: Mapping[str, str]) -> Any:
    if text is None or not text.strip():
        default = setting.default
        return default() if callable(default) else default
    try:
        return setting.read(text.strip())
    except ValueError as error:
        shown = "(hidden)" if setting.secret else repr(text)
        raise SettingsError(
            f"{setting.variable} is {shown}: {error}",
            where=where.get(setting.variable, ""),
            mend=f"{setting.variable} is {setting.meaning}.",
        ) from None


def _path(text: str) -> Path:
    return Path(text).expanduser().resolve()


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise ValueError("a port is between 1 and 65535")
    return port


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError("must be at least 1")
    return number


def _percent(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 50:
        raise ValueError("from 0 to 50")
    return value


def _switch(text: str) -> bool:
    if text.lower() not in ("on", "off"):
        raise ValueError("on or off")
    return text.lower() == "on"


def _level(text: str) -> str:
    levels = ("DEBUG", "INFO", "WARNING", "ERROR")
    if text.upper() not in levels:
        raise ValueError(f"one of {', '.join(levels)}")
    return text.upper()


def _token(text: str) -> str:
    number, _, rest = text.partition(":")
    if not (number.isdigit() and rest):
        raise ValueError("a bot token looks like 123456:ABC…, as @BotFather gives it")
    return text


def _key(text: str) -> str:
    if len(text) < 16 or not text.isascii() or not text.isprintable():
        raise ValueError("at least 16 characters of ASCII; `openssl rand -hex 32` makes a good one")
    return text


def _url(*schemes: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not text.startswith(tuple(f"{scheme}" for scheme in schemes)):
            raise ValueError(f"must start with {' or '.join(schemes)}")
        return text.rstrip("/")

    return read


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _home() -> Path:
    return Path.home() / ".shopdesk"


def _cache() -> Path:
    return Path.home() / ".cache" / "shopdesk"


_HTTP = _url("http://", "https://")
_TEST_VARIABLES = ("SHOPDESK_DATA", "SHOPDESK_TEST_REDIS_URL", "SHOPDESK_TEST_DATABASE_URL",
                   "SHOPDESK_TEST_KILLS", "SHOPDESK_TEST_LONG", "SHOPDESK_TEST_DEMO")  # fmt: skip

TABLE: tuple[Setting, ...] = (
    Setting("SHOPDESK_HOME", "home", "the folder of a shop's state", _path, _home),
    Setting("SHOPDESK_CACHE", "cache", "the folder of prepared models", _path, _cache),
    Setting("SHOPDESK_KB", "kb", "the shop's folder (default: HOME/shop)", _path),
    Setting("REDIS_URL", "redis_url", "a Redis or Valkey you run (default: our own)",
            _url("redis://", "rediss://", "unix://"), secret=True),
    Setting("DATABASE_URL", "database_url", "a PostgreSQL for the journal (default: SQLite)",
            _url("postgresql://", "postgresql+psycopg://", "sqlite://"), secret=True),
    Setting("TELEGRAM_TOKEN", "telegram_token", "the bot token from @BotFather", _token,
            secret=True),
    Setting("TELEGRAM_API_URL", "telegram_api_url", "a Bot API server", _HTTP,
            "https://api.telegram.org"),
    Setting("TELEGRAM_WEBHOOK_URL", "telegram_webhook_url",
            "the public https address Telegram calls (default: long polling)", _HTTP),
    Setting("TELEGRAM_WEBHOOK_SECRET", "telegram_webhook_secret",
            "the webhook's secret token, 1-256 of A-Z a-z 0-9 _ -", str, secret=True),
    Setting("TELEGRAM_WEBHOOK_PORT", "telegram_webhook_port", "the local webhook port", _port,
            8443),
    Setting("OPERATOR_CHAT_ID", "operator_chat_id", "the numeric id of the staff chat", int),
    Setting("OPERATORS", "operators",
            "numeric Telegram ids with role: 12345:admin,67890:editor; a role is viewer, editor, "
            "publisher or admin", read_operators, ()),
    Setting("WEB_HOST", "web_host", "the address the chat page listens on", str, "127.0.0.1"),
    Setting("WEB_PORT", "web_port", "the port of the chat page", _port, 8080),
    Setting("WEB_ORIGINS", "web_origins",
            "further origins the chat page is served under, comma separated", _list, ()),
    Setting("CONSOLE_HOST", "console_host", "the address the operators' console listens on", str,
            "127.0.0.1"),
    Setting("CONSOLE_PORT", "console_port", "the port of the operators' console", _port, 8081),
    Setting("PUBLIC_URL", "public_url",
            "the address operators open the console at, where it is not this machine's", _HTTP),
    Setting("EVENTS_KEY", "events_key",
            "the key with which your shop's server signs the events it posts to /events "
            "(default: nobody may)", _key, secret=True),
    Setting("ORDERS_KEY", "orders_key",
            "the key sent as a bearer token to the server that shop.yaml names for orders", _key,
            secret=True),
    Setting("SHOPDESK_LINK_SECRET", "link_secret",
            "the secret with which your shop signs links to its customers' accounts "
            "(default: one made at first start, HOME/link.key)", _key, secret=True),
    Setting("SHOPDESK_ENCODER", "encoder",
            "a sentence-transformers folder or hub name (default: MiniLM and USE)", str),
    Setting("SHOPDESK_RERANKER", "reranker",
            "a sentence-transformers folder or hub name that is asked where the encoders are "
            "unsure, or off (default: EmbeddingGemma 300M, once prepared)", str),
    Setting("SHOPDESK_MODEL", "model", "a model folder or hub name (default: Gemma 3 270M)", str),
    Setting("GENERATOR_URL", "generator_url", "an OpenAI-compatible server for the generator",
            _HTTP),
    Setting("GENERATOR_MODEL", "generator_model", "the model's name at that server", str),
    Setting("GENERATOR_KEY", "generator_key", "that server's key", str, secret=True),
    Setting("SHOPDESK_DAILY_TOKENS", "daily_tokens", "generated tokens a shopper may use a day",
            _positive, 20_000),
    Setting("SHOPDESK_HOLDOUT", "holdout_percent",
            "percent of shoppers shown nothing personal, so that `shopdesk report` can tell what "
            "personal suggestions bring; 0: none", _percent, 5),
    Setting("SHOPDESK_KEEP_DAYS", "keep_days",
            "days after which conversations are deleted from the journal", _positive, 90),
    Setting("SHOPDESK_KEEP_EVENTS_DAYS", "keep_events_days",
            "days after which what was viewed and bought is deleted", _positive, 730),
    Setting("SHOPDESK_THREADS", "threads", "threads for models (default: the cores here)",
            _positive, _cores),
    Setting("SHOPDESK_INT8", "int8",
            "on or off: the model computes in 8 bits (default: where the chip has instructions)",
            _switch),
    Setting("SHOPDESK_LOG", "log_level", "DEBUG, INFO, WARNING or ERROR", _level, "INFO"),
)  # fmt: skip

_BY_VARIABLE = {setting.variable: setting for setting in TABLE}
