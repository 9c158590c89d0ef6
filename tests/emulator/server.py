"""The HTTP side: bot paths, file downloads and the control API on one loopback port."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from .control import perform
from .dispatch import answer_call
from .errors import ApiError, EmulatorMisuseError
from .methods import NAMES
from .params import Params, read_params
from .world import World

MAX_BODY_BYTES = 50 * 1024 * 1024
WORLD = web.AppKey("world", World)


def build_app(world: World) -> web.Application:
    """The web application over one world."""
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app[WORLD] = world
    app.router.add_route("*", "/bot{token}/{method}", _bot)
    app.router.add_get("/file/bot{token}/{path:.+}", _file)
    app.router.add_post("/control/{action}", _control)
    app.router.add_route("*", "/{path:.*}", _nothing)
    return app


async def _bot(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    name = NAMES.get(request.match_info["method"].lower())
    try:
        _check_token(world, request)
        if name is None or request.method not in {"GET", "POST"}:
            raise ApiError(404, "Not Found")
        params = await read_params(request)
    except ApiError as error:
        return _json(error.as_json(), error.code)
    except ConnectionResetError:
        return web.Response(status=499)  # A bot killed while it was asking.
    answer = await answer_call(world, name, params)
    if answer.drop:
        _hang_up(request)
    if answer.status == 200 and name == "getUpdates" and world.judges:
        for update in answer.body["result"]:
            world.judges.judge_update(update)
    return _json(answer.body, answer.status)


async def _file(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    try:
        _check_token(world, request)
    except ApiError as error:
        return _json(error.as_json(), error.code)
    found = world.files.at_path(request.match_info["path"])
    if found is None:
        return _json(ApiError(404, "Not Found").as_json(), 404)
    return web.Response(body=found.data, content_type="application/octet-stream")


async def _control(request: web.Request) -> web.StreamResponse:
    try:
        result = await perform(
            request.app[WORLD], request.match_info["action"], await request.json()
        )
    except EmulatorMisuseError as error:
        return _json({"ok": False, "description": str(error)}, 422)
    except ApiError as error:
        return _json(error.as_json(), 422)
    return _json({"ok": True, "result": result}, 200)


async def _nothing(request: web.Request) -> web.StreamResponse:
    return _json(ApiError(404, "Not Found").as_json(), 404)


def _check_token(world: World, request: web.Request) -> None:
    if request.match_info["token"] != world.options.token:
        raise ApiError(401, "Unauthorized")


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _json(body: Any, status: int) -> web.Response:
    return web.Response(
        text=json.dumps(body, ensure_ascii=False), status=status, content_type="application/json"
    )


async def answer_webhook_reply(world: World, body: bytes) -> None:
    """Carry out the call a bot may put into its answer to a webhook request."""
    try:
        reply = json.loads(body)
    except ValueError:
        return
    if isinstance(reply, dict) and str(reply.get("method", "")).lower() in NAMES:
        name = NAMES[reply.pop("method").lower()]
        await answer_call(world, name, Params(reply))
