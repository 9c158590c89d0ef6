"""The emulator as a process: python -m tests.emulator --port N --token T --state-file F."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
from pathlib import Path

from .emulator import Emulator


def main() -> None:
    """Serve until SIGINT or SIGTERM; the state file says when and where it is ready."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default="123456:TEST")
    parser.add_argument("--state-file", type=Path, help="gets base_url, token and pid as JSON")
    parser.add_argument("--judge", action="store_true")
    parser.add_argument("--refuse-parse-mode", action="store_true")
    parser.add_argument("--enforce-flood", action="store_true")
    asyncio.run(_serve(parser.parse_args()))


async def _serve(args: argparse.Namespace) -> None:
    emulator = Emulator(
        args.token,
        port=args.port,
        judge=args.judge,
        refuse_parse_mode=args.refuse_parse_mode,
        enforce_flood=args.enforce_flood,
    )
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await emulator.start()
    state = {"base_url": emulator.base_url, "token": args.token, "pid": os.getpid()}
    if args.state_file:
        _write_whole(args.state_file, json.dumps(state))
    print(f"Bot API emulator at {emulator.base_url}", flush=True)
    await stopped.wait()
    await emulator.stop()


def _write_whole(path: Path, text: str) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


if __name__ == "__main__":
    main()
