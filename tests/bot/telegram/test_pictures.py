"""A picture is sent out of the shop's folder; no other file ever is."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from bot.telegram.pictures import Pictures


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    """Of a shop with a picture and two files that are nobody's to see."""
    shop = tmp_path / "shop"
    (shop / "images").mkdir(parents=True)
    (shop / "images" / "lamp.png").write_bytes(b"picture")
    (shop / "orders.csv").write_bytes(b"ann@example.com")
    (shop / "images" / "odd.png").symlink_to(shop / "orders.csv")
    (tmp_path / "outside.png").write_bytes(b"outside")
    return Pictures(shop, AsyncMock(get=AsyncMock(return_value=None)))


async def test_a_picture_of_the_shop_is_sent(pictures: Pictures) -> None:
    found, digest = await pictures.find("images/lamp.png")
    assert found is not None
    assert digest


@pytest.mark.parametrize(
    "image", ["orders.csv", "images/odd.png", "../outside.png", "images", "", "images/none.png"]
)
async def test_what_is_no_picture_of_the_shop_is_not_sent(pictures: Pictures, image: str) -> None:
    assert await pictures.find(image) == (None, "")
