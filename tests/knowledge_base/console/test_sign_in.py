"""Signing in: a link once, a password never kept as it is, no rights beyond one's role."""

from __future__ import annotations

from tests.knowledge_base.console.conftest import ClientOf, Console, post


async def test_each_role_signs_in_through_the_forms(client: ClientOf) -> None:
    for role in ("viewer", "editor", "publisher", "admin"):
        signed_in = await client(role)
        assert (await signed_in.get("/")).status_code == 200


async def test_nobody_is_let_in_without_signing_in(client: ClientOf, console: Console) -> None:
    stranger = await client("")
    answer = await stranger.get("/entries")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fentries")
    assert (await post(await client("viewer"), "/logout")).status_code == 303
