"""Independent judges: aiogram's models and teremok's rules look at every call and answer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from aiogram import Bot, methods
from aiogram.client.default import DefaultBotProperties
from aiogram.methods import TelegramMethod
from aiogram.types import Update
from pydantic import BaseModel, TypeAdapter, ValidationError
from teremok.validation import ApiRuleViolation, validate_method

from .records import Verdict
from .text import Json


class Judges:
    """Collects every objection; `verdicts` empty means nobody objected."""

    def __init__(self, token: str) -> None:
        self.verdicts: list[Verdict] = []
        # aiogram accepts only tokens of this shape; the judge never sends anything.
        self._bot = Bot(token, default=DefaultBotProperties())

    def judge_call(self, name: str, params: Json) -> None:
        """Hold a call against aiogram's method model and teremok's rules."""
        model = _methods().get(name.lower())
        if model is None:
            self._object("aiogram", name, "no such method")
            return
        plain = {key: _uploads_as_text(value) for key, value in params.items()}
        try:
            call = model.model_validate(plain)
        except ValidationError as error:
            self._object("aiogram", name, str(error))
            return
        for field in unknown_fields(call):
            self._object("aiogram", name, f"unknown field {field}")
        try:
            validate_method(self._bot, call)
        except ApiRuleViolation as error:
            self._object("teremok", name, error.description)

    def judge_answer(self, name: str, result: Any) -> None:
        """Hold the emulator's answer against the type aiogram expects."""
        model = _methods().get(name.lower())
        if model is None:
            return
        try:
            parsed = TypeAdapter(model.__returning__).validate_python(result)
        except ValidationError as error:
            self._object("aiogram", f"answer of {name}", str(error))
            return
        for field in unknown_fields(parsed):
            self._object("aiogram", f"answer of {name}", f"unknown field {field}")

    def judge_update(self, update: Json) -> None:
        """Hold an update against aiogram's Update."""
        try:
            parsed = Update.model_validate(update)
        except ValidationError as error:
            self._object("aiogram", "update", str(error))
            return
        for field in unknown_fields(parsed):
            self._object("aiogram", "update", f"unknown field {field}")

    def _object(self, judge: str, subject: str, problem: str) -> None:
        self.verdicts.append(Verdict(judge, subject, problem))


def unknown_fields(value: Any, at: str = "") -> Iterator[str]:
    """Paths of fields that a parsed aiogram object does not know."""
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from unknown_fields(item, f"{at}[{index}]")
    elif isinstance(value, BaseModel):
        for name in value.model_extra or {}:
            yield f"{at}.{name}".lstrip(".")
        for name in type(value).model_fields:
            yield from unknown_fields(getattr(value, name), f"{at}.{name}")


@cache
def _methods() -> dict[str, type[TelegramMethod[Any]]]:
    found = (getattr(methods, name) for name in methods.__all__)
    return {
        kind.__api_method__.lower(): kind
        for kind in found
        if isinstance(kind, type)
        and issubclass(kind, TelegramMethod)
        and isinstance(getattr(kind, "__api_method__", None), str)
    }


def _uploads_as_text(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"upload", "size"}:
        return f"attach://{value['upload']}"
    return value
