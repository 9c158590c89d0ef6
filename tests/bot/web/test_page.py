"""The page in a real Chromium: seen, pressed, typed into."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser

from tests.bot.web.browsing import in_chromium, opened, say
from tests.bot.web.conftest import Page, served
from tests.bot.web.scripted_desk import NASTY, SHIPPING, VERBATIM

pytestmark = in_chromium


async def test_a_question_is_answered_and_its_source_opens_in_place(
    browser: Browser, page: Page
) -> None:
    tab, faults = await opened(browser, page)
    await say(tab, "How much is shipping?")
    answer = tab.locator(".item.shop").last
    assert await answer.locator(".text").inner_text() == " ".join(SHIPPING)
    link = answer.locator(".text a")
    assert await link.get_attribute("href") == "https://juniper-jade.example/shipping"
    assert "noopener" in (await link.get_attribute("rel") or "")
    source = answer.get_by_role("button", name="Source: What shipping costs")
    await source.click()
    await answer.locator(".panel", has_text=VERBATIM).wait_for()
    assert await source.get_attribute("aria-expanded") == "true"
    await source.click()
    assert await answer.locator(".panel").count() == 0
    await answer.get_by_role("button", name="Helpful", exact=True).click()
    await answer.locator(".thanks", has_text="Glad that helped").wait_for()
    assert await tab.locator(".item.shop").count() == 1
    assert faults == []


async def test_an_opened_source_comes_into_sight(browser: Browser, page: Page) -> None:
    tab, _ = await opened(browser, page, viewport={"width": 390, "height": 600})
    for _ in range(4):
        await say(tab, "How much is shipping?")
    answer = tab.locator(".item.shop").last
    await answer.get_by_role("button", name="Source: What shipping costs").click()
    panel = answer.locator(".panel", has_text=VERBATIM)
    await panel.wait_for()
    seen, bar = await panel.bounding_box(), await tab.locator("#box").bounding_box()
    assert seen is not None and bar is not None
    assert seen["y"] >= 0
    assert seen["y"] + seen["height"] <= bar["y"]


async def test_sentences_appear_while_the_rest_is_being_written(
    browser: Browser, tmp_path: Path
) -> None:
    async with served(tmp_path) as page:
        page.desk.pause_s = 0.6
        tab, _ = await opened(browser, page)
        await tab.fill("#box", "shipping")
        await tab.press("#box", "Enter")
        await tab.locator("#typing").wait_for()
        text = tab.locator(".item.shop .text")
        await text.wait_for()
        assert await text.inner_text() == SHIPPING[0]
        assert await tab.locator("#typing-text").inner_text() == "The assistant is writing"
        await tab.wait_for_function(
            "wanted => document.querySelector('.item.shop .text').textContent === wanted",
            arg=" ".join(SHIPPING),
        )
        await tab.locator(".item.shop .foot").wait_for()
        assert await tab.locator("#typing").is_hidden()


async def test_an_unchanged_text_is_not_put_in_again_for_a_screen_reader(
    browser: Browser, page: Page
) -> None:
    tab, _ = await opened(browser, page)
    await tab.fill("#box", "slow")
    await tab.press("#box", "Enter")
    mine = await tab.locator(".item.me .text").element_handle()
    page.desk.gate.set()
    await tab.locator(".item.shop .foot").wait_for()
    assert mine is not None
    assert await mine.evaluate("node => node.isConnected")
    await say(tab, "How much is shipping?")
    answer = await tab.locator(".item.shop .text").last.element_handle()
    await tab.get_by_role("button", name="Helpful", exact=True).click()
    await tab.locator(".thanks").wait_for()
    assert answer is not None
    assert await answer.evaluate("node => node.isConnected")


async def test_cards_show_picture_price_stock_link_and_their_buttons_work(
    browser: Browser, page: Page
) -> None:
    tab, faults = await opened(browser, page)
    await say(tab, "nordic lamp")
    card = tab.locator(".card").first
    assert await card.locator(".price").inner_text() == "€49.00"
    assert await card.locator(".stock").inner_text() == "In stock"
    loaded = "image => image.complete && image.naturalWidth > 0"
    await card.locator("img").scroll_into_view_if_needed()
    assert await card.locator("img").evaluate(loaded)
    link = card.locator("a")
    assert await link.get_attribute("href") == "https://juniper-jade.example/p/nordic-desk-lamp"
    await card.get_by_role("button", name="Tell me more Nordic desk lamp").click()
    await tab.locator(".item.shop", has_text="A jointed arm of ash wood").wait_for()
    mine = tab.locator(".item.me .text").last
    assert await mine.inner_text() == "Tell me more · Nordic desk lamp"
    assert [fault for fault in faults if "404" not in fault] == []


async def test_what_is_known_is_told_and_taken_back(browser: Browser, page: Page) -> None:
    tab, faults = await opened(browser, page)
    await say(tab, "/why")
    assert await tab.locator(".chips button").all_inner_texts() == [
        "Forget: Nordic desk lamp",
        "Forget: Canal backpack",
        "Forget all of it",
    ]
    await tab.get_by_role("button", name="Forget: Nordic desk lamp").click()
    because = "Because you looked at Canal backpack"
    await tab.get_by_role("button", name=f"Forget this {because}").click()
    mine = tab.locator(".item.me .text", has_text="Forget this")
    assert await mine.inner_text() == f"Forget this · {because}"
    actions = ["why:", "forget:nordic-desk-lamp", "forget:canal-backpack"]
    assert [message.action for message in page.desk.seen] == actions
    assert [fault for fault in faults if "404" not in fault] == []


async def test_markup_in_any_text_is_shown_as_text(browser: Browser, page: Page) -> None:
    tab, _ = await opened(browser, page)
    await say(tab, f"nasty {NASTY}")
    assert NASTY in await tab.locator(".item.me .text").inner_text()
    answer = tab.locator(".item.shop")
    assert NASTY in await answer.locator(".text").inner_text()
    assert await answer.locator(".facts h3").inner_text() == NASTY
    assert await answer.locator(".chips button").inner_text() == NASTY
    assert await answer.locator(".text a, .text img, .text script").count() == 0
    await tab.reload()
    await tab.wait_for_selector(".state.online")
    assert await tab.title() == "Juniper & Jade"
    assert await tab.locator("#log img[onerror], #log script").count() == 0


async def test_everything_can_be_done_with_the_keyboard_alone(browser: Browser, page: Page) -> None:
    tab, _ = await opened(browser, page)
    assert await tab.evaluate("document.activeElement.id") == "box"
    await tab.keyboard.type("first line")
    await tab.keyboard.press("Shift+Enter")
    await tab.keyboard.type("unsure")
    await tab.keyboard.press("Enter")
    await tab.locator(".chips").wait_for()
    assert page.desk.seen[0].text == "first line\nunsure"
    assert await tab.evaluate("document.activeElement.id") == "box"
    await tab.keyboard.press("Shift+Tab")
    focused = "document.activeElement.textContent"
    assert await tab.evaluate(focused) == "How long it takes"
    outline = await tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    await tab.keyboard.press("Enter")
    await tab.locator(".item.shop", has_text="You pressed entry:shipping-time").wait_for()
    for _ in range(20):
        await tab.keyboard.press("Shift+Tab")
        if await tab.evaluate("document.activeElement.id") == "person":
            break
    await tab.keyboard.press("Space")
    await tab.locator(".item.handoff").wait_for()


async def test_enter_that_ends_a_chinese_character_sends_nothing(
    browser: Browser, page: Page
) -> None:
    tab, _ = await opened(browser, page)
    await tab.fill("#box", "ni")
    await tab.dispatch_event("#box", "keydown", {"key": "Enter", "keyCode": 229})
    await tab.dispatch_event("#box", "keydown", {"key": "Enter", "isComposing": True})
    assert await tab.input_value("#box") == "ni"
    assert page.desk.seen == []


async def test_the_interface_follows_the_browser_and_can_be_switched(
    browser: Browser, page: Page
) -> None:
    tab, _ = await opened(browser, page, locale="zh-CN")
    assert await tab.locator("#shop-name").inner_text() == "杜松与玉"
    assert await tab.evaluate("document.documentElement.lang") == "zh-Hans"
    await say(tab, "运费多少？")
    assert await tab.locator(".item.shop").get_attribute("lang") == "zh"
    assert page.desk.seen[0].language_hint == "zh"
    await tab.get_by_role("button", name="EN").click()
    assert await tab.locator("#shop-name").inner_text() == "Juniper & Jade"
    await tab.wait_for_function("() => document.querySelectorAll('.item.shop .foot').length === 2")
    assert page.desk.seen[1].action == "language:en"
    await tab.reload()
    await tab.wait_for_selector(".state.online")
    assert await tab.locator("#person-text").inner_text() == "Ask a person"
    await say(tab, "/language")
    await tab.locator(".chips").get_by_role("button", name="中文").click()
    await tab.locator(".item.shop", has_text="好的").wait_for()
    assert await tab.locator("#shop-name").inner_text() == "杜松与玉"


async def test_the_conversation_and_the_draft_survive_a_reload(
    browser: Browser, page: Page
) -> None:
    tab, _ = await opened(browser, page)
    await say(tab, "How much is shipping?")
    await tab.locator(".item.shop").get_by_role("button", name="Helpful", exact=True).click()
    await tab.locator(".thanks").wait_for()
    await tab.fill("#box", "half a thought")
    await tab.reload()
    await tab.wait_for_selector(".state.online")
    assert await tab.locator(".item").count() == 2
    assert await tab.input_value("#box") == "half a thought"
    assert await tab.locator('.thumb[aria-pressed="true"]').count() == 1


async def test_a_reload_in_the_middle_of_an_answer_still_gets_it(
    browser: Browser, page: Page
) -> None:
    tab, _ = await opened(browser, page)
    await tab.fill("#box", "slow question")
    await tab.press("#box", "Enter")
    await tab.locator(".item.me.sent").wait_for()
    await tab.reload()
    await tab.wait_for_selector(".state.online")
    page.desk.gate.set()
    await tab.locator(".item.shop", has_text="You said: slow question").wait_for()
    assert len(page.desk.seen) == 1


async def test_a_message_written_while_the_line_is_down_is_sent_when_it_is_back(
    browser: Browser, tmp_path: Path
) -> None:
    async with served(tmp_path) as page:
        tab, _ = await opened(browser, page)
        await say(tab, "hello")
    await tab.wait_for_selector(".state.offline")
    await tab.fill("#box", "written in the dark")
    await tab.press("#box", "Enter")
    await tab.locator(".item.me.sending").wait_for()
    async with served(tmp_path, page.port) as back:
        tab.set_default_timeout(15000)
        await tab.locator(".item.shop", has_text="You said: written in the dark").wait_for()
        assert [message.text for message in back.desk.seen] == ["written in the dark"]
        await tab.wait_for_selector(".state.online")


async def test_an_answer_under_way_survives_a_restart_of_the_server(
    browser: Browser, tmp_path: Path
) -> None:
    async with served(tmp_path) as page:
        tab, _ = await opened(browser, page)
        await tab.fill("#box", "slow question")
        await tab.press("#box", "Enter")
        await tab.locator(".item.me.sent").wait_for()
    async with served(tmp_path, page.port) as back:
        back.desk.gate.set()
        tab.set_default_timeout(15000)
        await tab.locator(".item.shop", has_text="You said: slow question").wait_for()
        assert [message.id for message in back.desk.seen] == [page.desk.seen[0].id]
        assert await tab.locator(".failure").count() == 0


async def test_a_failed_message_can_be_sent_again(browser: Browser, page: Page) -> None:
    tab, _ = await opened(browser, page)
    await tab.fill("#box", "break")
    await tab.press("#box", "Enter")
    await tab.locator(".failure", has_text="Something went wrong").wait_for()
    await tab.get_by_role("button", name="Try again").click()
    await tab.wait_for_function("() => document.querySelectorAll('.failure').length === 1")
    while len(page.desk.seen) < 2:
        await tab.wait_for_timeout(50)
    assert await tab.locator(".item.me").count() == 1


async def test_a_text_that_is_too_long_is_counted_and_not_sent(
    browser: Browser, page: Page
) -> None:
    tab, _ = await opened(browser, page)
    await tab.fill("#box", "字" * 4001)
    assert "4001 characters" in await tab.locator("#count").inner_text()
    await tab.press("#box", "Enter")
    assert page.desk.seen == []
    await tab.fill("#box", "字" * 4000)
    await tab.press("#box", "Enter")
    await tab.locator(".item.shop").wait_for()
