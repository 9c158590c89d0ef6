"""Foreign hosts, foreign origins, headers, pictures: over a real port."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from engine.errors import SettingsError
from engine.web.guard import Origins
from tests.bot.web.conftest import Page, served


async def get(page: Page, path: str = "/", **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        # Built by hand, so that httpx does not tidy a "../" away.
        url = httpx.URL(page.address, raw_path=path.encode())
        return await client.get(url, headers=headers)


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io:8080"]
)
async def test_a_foreign_host_name_is_refused(page: Page, host: str) -> None:
    assert (await get(page, host=host)).status_code == 421
    with pytest.raises(InvalidStatus) as refused:
        async with page.chat(host=host, origin=f"http://{host}"):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("host", ["", "localhost@x", "localhost, evil.example", "localhost."])
async def test_a_garbled_host_name_is_refused(page: Page, host: str) -> None:
    assert (await get(page, host=host)).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9000", "127.0.0.1", "[::1]:8080"])
async def test_loopback_names_are_served_on_any_port(page: Page, host: str) -> None:
    assert (await get(page, host=host)).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "file://"])
async def test_a_foreign_origin_opens_no_chat_and_gets_no_session(page: Page, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with page.chat(origin=origin):
            pass
    assert refused.value.response.status_code == 403
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{page.address}/session", headers={"origin": origin})
        bare = await client.post(f"{page.address}/session")
    assert (answer.status_code, bare.status_code) == (403, 403)
    assert "set-cookie" not in answer.headers


async def test_a_listed_origin_is_served(tmp_path: Path) -> None:
    async with served(tmp_path, WEB_ORIGINS="https://chat.shop.example") as page:
        origin = "https://chat.shop.example"
        async with page.chat(host="chat.shop.example", origin=origin) as chat:
            assert (await chat.next())["type"] == "hello"
        async with page.chat(origin=origin) as chat:
            assert (await chat.next())["type"] == "hello"


@pytest.mark.parametrize("text", ["chat.example", "ftp://x", "https://x/y", "https://a b", "x://["])
def test_a_broken_origin_setting_is_told(text: str) -> None:
    with pytest.raises(SettingsError, match="not an origin"):
        Origins.of([text])


async def test_every_answer_carries_the_security_headers(page: Page) -> None:
    for path in ("/", "/static/chat.js", "/images/nordic-desk-lamp.png", "/nowhere"):
        headers = (await get(page, path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["content-security-policy"].startswith(
            "default-src 'none'; script-src 'self'"
        )
        assert "unsafe" not in headers["content-security-policy"]


async def test_the_page_holds_no_inline_script_or_style_and_loads_nothing_foreign(
    page: Page,
) -> None:
    html = (await get(page)).text
    assert "<style" not in html
    assert " style=" not in html
    assert "<script>" not in html
    assert "http://" not in html
    assert "https://" not in html
    assert "<title>Juniper &amp; Jade</title>" in html


@pytest.mark.parametrize(
    "name",
    [
        "../shop.yaml",
        "..%2fshop.yaml",
        "%2e%2e/replies.yaml",
        "/etc/passwd",
        "..%5cshop.yaml",
        "nordic-desk-lamp.png%00.txt",
        "../images/../shop.yaml",
        "",
        "no-such.png",
    ],
)
async def test_only_pictures_of_the_images_folder_are_served(page: Page, name: str) -> None:
    answer = await get(page, f"/images/{name}")
    assert answer.status_code == 404
    assert "currency" not in answer.text


async def test_a_picture_is_served_as_what_it_is(page: Page) -> None:
    answer = await get(page, "/images/nordic-desk-lamp.png")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"


async def test_a_link_out_of_the_images_folder_is_not_followed(tmp_path: Path) -> None:
    from bot.web.images import image_file

    (tmp_path / "images").mkdir()
    (tmp_path / "secret.png").write_bytes(b"x")
    (tmp_path / "images" / "out.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "images" / ".hidden.png").write_bytes(b"x")
    assert image_file(tmp_path / "images", "out.png") is None
    assert image_file(tmp_path / "images", ".hidden.png") is None
