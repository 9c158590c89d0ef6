"""Files of events: four formats, and what is no event is refused by its line."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import KnowledgeError
from engine.event_files import MAX_BYTES, EventFile, read_event_file
from engine.event_products import EventProducts
from engine.types import Event
from knowledge_base.store import EMPTY_SHOP, copy_shop

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PRODUCTS = {"mug": "mug", "MUG-BLUE": "mug", "lamp": "lamp"}
HEADER = "shopper,time,event,product,quantity\n"
SHOPIFY = (
    "Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem sku,"
    "Cancelled at\n"
)
VIEW = Event("<ann>", AT, "view_item", "mug")


def read(tmp_path: Path, content: str | bytes, name: str = "events.csv") -> EventFile:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_event_file(path, PRODUCTS, lambda customer: f"<{customer}>", now=NOW)


def reasons(found: EventFile) -> list[tuple[int, str]]:
    return [(refused.line, refused.reason) for refused in found.refused]


def ga4(**changed: object) -> str:
    micros = int(AT.timestamp() * 1_000_000)
    return json.dumps(
        {"event_name": "view_item", "user_pseudo_id": "ann", "event_timestamp": micros,
         "items": [{"item_id": "mug", "quantity": 1}], **changed}
    )  # fmt: skip


class TestOurCsv:
    def test_rows_are_events_and_a_sku_means_its_product(self, tmp_path: Path) -> None:
        rows = "ann,2026-11-02T09:30,view_item,mug,1\nbob,2026-11-02T10:30+01:00,purchase,MUG-BLUE,"
        found = read(tmp_path, HEADER + rows)
        assert found == EventFile((VIEW, Event("<bob>", AT, "purchase", "mug")), ())

    @pytest.mark.parametrize(
        "text",
        [
            "\ufeffshopper,time,event,product,quantity\r\nann,2026-11-02T09:30,view_item,mug,1\r\n",
            "shopper;time;event;product;quantity\nann;2026-11-02T09:30;view_item;mug;1",
            "shopper\ttime\tevent\tproduct\tquantity\nann\t2026-11-02T09:30Z\tview_item\tmug\t\n",
            'Shopper, Event ,Product,Time\n"ann",view_item,mug,2026-11-02 09:30 UTC\n\n,,,\n',
        ],
    )
    def test_what_spreadsheets_write_is_read(self, tmp_path: Path, text: str) -> None:
        assert read(tmp_path, text) == EventFile((VIEW,), ())

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ("ann,2026-11-02,view_item,cup,1", "'cup' is no product or sku of the catalogue"),
            ("ann,2026-11-02,view_itm,mug,1", "did you mean view_item?"),
            ("ann,yesterday,view_item,mug,1", "not a time such as"),
            ("ann,2026-11-26,view_item,mug,1", "lies in the future"),
            ("ann,1970-01-20,view_item,mug,1", "lies before 1990"),
            ("ann,0001-01-01T00:00+14:00,view_item,mug,1", "not a time such as"),
            ("ann,2026-11-02,view_item,mug,0", "not a whole number from 1"),
            ("ann,2026-11-02,view_item,mug,two", "not a whole number from 1"),
            ("ann,2026-11-02,view_item,mug,99999999999", "not a whole number from 1"),
            (" ,2026-11-02,view_item,mug,1", "shopper is missing"),
            ("ann,,view_item,mug,1", "time is missing"),
            ("ann,2026-11-02,view_item,mug,1,more", "not as many cells"),
            ("ann,2026-11-02,view_item,mug", "not as many cells"),
            ('"ann"x,2026-11-02,view_item,mug,1', "broken CSV"),
            ("an\0n,2026-11-02,view_item,mug,1", "not UTF-8 text"),
            ("chat:ann@shop.example,2026-11-02,view_item,mug,1", "no shopper of a chat"),
        ],
    )
    def test_a_bad_row_is_refused_by_its_line_and_the_others_are_read(
        self, tmp_path: Path, row: str, reason: str
    ) -> None:
        good = "ann,2026-11-02T09:30,view_item,mug,1\n"
        found = read(tmp_path, f"{HEADER}{good}{row}\n{good}")
        assert found.events == (VIEW, VIEW)
        ((line, told),) = reasons(found)
        assert line == 3
        assert reason in told

    def test_a_row_that_is_not_utf_8_is_refused(self, tmp_path: Path) -> None:
        rows = b"M\xfcller,2026-11-02,view_item,mug,1\nann,2026-11-02T09:30,view_item,mug,1\n"
        found = read(tmp_path, HEADER.encode() + rows)
        assert found.events == (VIEW,)
        assert reasons(found) == [(2, r"shopper: 'M\udcfcller' is not UTF-8 text")]

    def test_a_row_over_several_lines_is_named_by_its_first(self, tmp_path: Path) -> None:
        rows = '"a\nnn",2026-11-02T09:30,view_item,mug,1\nann,never,view_item,mug,1\n'
        assert [line for line, _ in reasons(read(tmp_path, HEADER + rows))] == [4]

    def test_a_shopper_of_a_chat_is_kept_as_it_stands(self, tmp_path: Path) -> None:
        found = read(tmp_path, f"{HEADER}chat:tg:0a1b,2026-11-02T09:30,view_item,mug,1\n")
        assert found.events[0].shopper == "tg:0a1b"


class TestJsonLines:
    def test_our_keys_are_read(self, tmp_path: Path) -> None:
        row = {"shopper": "ann", "time": AT.isoformat(), "event": "view_item", "product": "mug"}
        lines = [json.dumps(row), "", json.dumps({**row, "shopper": 7, "quantity": 2})]
        found = read(tmp_path, "\ufeff" + "\r\n".join(lines), "events.jsonl")
        assert found == EventFile((VIEW, Event("<7>", AT, "view_item", "mug", 2)), ())

    def test_each_item_of_a_ga4_event_is_an_event(self, tmp_path: Path) -> None:
        items = [{"item_id": "mug"}, {"item_id": "none"}, {"item_id": "lamp", "quantity": 3}]
        found = read(tmp_path, ga4(event_name="purchase", items=items))
        assert [(e.product, e.quantity) for e in found.events] == [("mug", 1), ("lamp", 3)]
        assert reasons(found)[0][0] == 1

    @pytest.mark.parametrize("time", ["2026-11-02T09:30:00Z", "1793611800000000"])
    def test_a_ga4_time_may_be_written_and_a_user_id_goes_first(
        self, tmp_path: Path, time: str
    ) -> None:
        found = read(tmp_path, ga4(event_timestamp=time, user_id="ann", user_pseudo_id="x"))
        assert found == EventFile((VIEW,), ())

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("{", "broken JSON"),
            ("[" * 100_000, "broken JSON"),
            ("[]", "not a JSON object"),
            (ga4(items=[]), "items is empty"),
            (ga4(items="mug"), "items is not a list"),
            (ga4(event_timestamp=None), "time is missing"),
            (ga4(event_timestamp=10**30), "counts no microseconds"),
            (ga4(event_timestamp=1_793_611_800), "lies before 1990"),
            (ga4(event_timestamp=True), "not a time"),
            (ga4(event_name="page_view"), "'page_view' is none"),
            (ga4(user_pseudo_id=None), "shopper is missing"),
            (ga4(user_pseudo_id="\ud800"), "not UTF-8 text"),
            (ga4(user_pseudo_id={"a": 1}), "is not a text"),
            (ga4(items=[{"item_id": "mug", "quantity": True}]), "not a whole number"),
        ],
    )
    def test_a_bad_line_is_refused(self, tmp_path: Path, line: str, reason: str) -> None:
        found = read(tmp_path, f"{ga4()}\n{line}\n{ga4()}\n")
        assert found.events == (VIEW, VIEW)
        ((number, told),) = reasons(found)
        assert number == 2
        assert reason in told

    def test_a_line_that_is_not_utf_8_is_refused(self, tmp_path: Path) -> None:
        found = read(tmp_path, ga4().encode() + b'\n{"event": "\xff"}\n')
        assert (found.events, reasons(found)) == ((VIEW,), [(2, "not UTF-8 text")])


class TestShopifyOrders:
    def test_items_of_an_order_are_purchases_of_its_buyer(self, tmp_path: Path) -> None:
        rows = (
            "#1,Ann@x.example,paid,2026-11-02 10:30:00 +0100,2,Mug - Blue,MUG-BLUE,\n"
            ",,,,1,Lamp,lamp,\n"
            "#2,,paid,2026-11-02 09:30:00 UTC,1,Lamp,lamp,\n"
        )
        assert read(tmp_path, SHOPIFY + rows) == EventFile(
            (
                Event("<Ann@x.example>", AT, "purchase", "mug", 2),
                Event("<Ann@x.example>", AT, "purchase", "lamp", 1),
                Event("<#2>", AT, "purchase", "lamp", 1),
            ),
            (),
        )

    def test_cancelled_and_refunded_orders_are_no_purchases(self, tmp_path: Path) -> None:
        rows = (
            "#1,a@x.example,refunded,2026-11-02 10:30:00 +0100,2,Mug,mug,\n"
            "#1,a@x.example,,2026-11-02 10:30:00 +0100,2,Lamp,lamp,\n"
            "#2,a@x.example,paid,2026-11-02 10:30:00 +0100,2,Mug,mug,2026-11-03 10:00:00 +0100\n"
            ",,,,1,Lamp,lamp,\n"
        )
        assert read(tmp_path, SHOPIFY + rows) == EventFile((), ())

    def test_items_after_a_broken_line_are_not_given_to_the_order_before(
        self, tmp_path: Path
    ) -> None:
        rows = (
            "#1,a@x.example,paid,2026-11-02 10:30:00 +0100,2,Mug,mug,\n"
            "#2,b@x.example,paid,2026-11-02,2,Mug,mug\n"
            ",,,,1,Lamp,lamp,\n"
            ",,,,1,A gift,,\n"
        )
        found = read(tmp_path, SHOPIFY + rows)
        assert [event.product for event in found.events] == ["mug"]
        assert [line for line, _ in reasons(found)] == [3, 4, 5]
        assert "no Lineitem sku for 'A gift'" in reasons(found)[2][1]


class TestNoEventsFile:
    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("", "JSON lines"),
            ("id,question\n1,why\n", "shopper,time,event,product,quantity"),
            ("shoper,time,event,prodcut,quantity\n", "shopper for 'shoper', product for 'prodcut'"),
            ("shopper,time,event,product,quantitiy\n", "quantity for 'quantitiy'"),
            ("Name,Created at,Lineitem quantity,Lineitem skus\n", "lineitem sku for"),
            ('{"event_nam": "purchase", "items": []}', "event_name for 'event_nam'"),
            ('[{"event": "purchase"}]', "JSON lines"),
        ],
    )
    def test_a_file_of_another_kind_is_told_with_what_is_expected(
        self, tmp_path: Path, text: str, told: str
    ) -> None:
        with pytest.raises(KnowledgeError) as raised:
            read(tmp_path, text)
        assert told in str(raised.value)
        assert "events.csv:1" in str(raised.value)

    def test_a_spreadsheet_saved_as_utf_16_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(KnowledgeError, match="save it as CSV UTF-8"):
            read(tmp_path, HEADER.encode("utf-16"))

    def test_a_quote_that_is_never_closed_is_told_by_its_line(self, tmp_path: Path) -> None:
        rows = '"ann,2026-11-02,view_item,mug,1\n' + "x" * 200_000
        with pytest.raises(KnowledgeError, match="never closed") as raised:
            read(tmp_path, HEADER + rows)
        assert raised.value.where.endswith(":2")

    def test_a_huge_file_is_refused_before_it_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "events.csv"
        path.write_text(HEADER)
        os.truncate(path, MAX_BYTES + 1)
        with pytest.raises(KnowledgeError, match="at most 200"):
            read_event_file(path, PRODUCTS, str)


pieces = st.sampled_from(
    ["shopper,time,event,product,quantity", "ann", "2026-11-02", "view_item", "mug", ",", ";", '"',
     "\n", "\r", "{", "}", '{"event":"view_item"}', ga4(), "\ufeff", "\0", SHOPIFY]
)  # fmt: skip


@given(st.lists(st.one_of(pieces.map(str.encode), st.binary(max_size=6)), max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_any_bytes_are_read_or_refused(tmp_path: Path, parts: list[bytes]) -> None:
    try:
        found = read(tmp_path, b"".join(parts))
    except KnowledgeError as error:
        assert error.mend
        return
    assert all(event.product == "mug" for event in found.events)
    json.dumps([refused.reason for refused in found.refused], ensure_ascii=False).encode()


def test_a_catalogue_is_read_again_when_it_changes_and_a_broken_one_is_not(tmp_path: Path) -> None:
    copy_shop(EMPTY_SHOP, tmp_path / "shop")
    catalogue = tmp_path / "shop" / "catalogue.csv"
    products, text = EventProducts(tmp_path / "shop"), catalogue.read_text("utf-8")
    assert products.names()["example-mug"] == "example-mug"
    catalogue.write_text(text.replace("example-mug", "better-mug"), "utf-8")
    assert "better-mug" in products.names()
    catalogue.write_text("no catalogue", "utf-8")
    assert "better-mug" in products.names()
    with pytest.raises(KnowledgeError):
        EventProducts(tmp_path / "shop").names()
