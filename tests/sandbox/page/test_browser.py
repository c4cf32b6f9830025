"""The page in a real browser, with a real desk behind it: mouse, finger, and the keyboard alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.sandbox.page.conftest import PHONE, ROOT, Demo

Visit = Callable[..., Any]
AXE: Final = ROOT / ".peers" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE: Final = {"serious", "critical"}


def card(page: Any, title: str) -> Any:
    """The message whose card is about this alert."""
    return page.locator(".message", has=page.locator(".embed")).filter(has_text=title).last


def composer(page: Any) -> Any:
    return page.locator("#main .composer-input")


def has_focus(locator: Any) -> bool:
    return bool(locator.evaluate("node => node === document.activeElement"))


def test_what_is_typed_is_sent_and_comes_back_with_the_arrow(visit: Visit) -> None:
    page = visit()
    page.keyboard.type("good *morning*")  # nothing was pressed before: it reaches the input line
    page.keyboard.press("Enter")
    sent = page.locator(".message", has_text="good morning").last
    sent.locator("em").wait_for()
    page.keyboard.press("ArrowUp")
    assert composer(page).input_value() == "good *morning*"


def test_a_button_is_pressed_and_the_card_changes(visit: Visit, demo: Demo) -> None:
    demo.post("PressMe")
    page = visit()
    card(page, "PressMe").get_by_role("button", name="Acknowledge").click()
    card(page, "ACKED").filter(has_text="PressMe").wait_for()


def test_a_form_is_left_with_escape_and_the_keyboard_goes_on(visit: Visit, demo: Demo) -> None:
    demo.post("FormFor")
    page = visit()
    card(page, "FormFor").get_by_role("button", name="Escalate").click()
    form = page.locator("dialog.modal")
    form.wait_for()
    page.keyboard.press("Escape")
    form.wait_for(state="detached")
    page.keyboard.type("x")
    assert composer(page).input_value() == "x"
    assert has_focus(composer(page))


def test_a_form_is_filled_in_and_its_thread_opens(visit: Visit, demo: Demo) -> None:
    demo.post("ThreadFor")
    page = visit()
    card(page, "ThreadFor").get_by_role("button", name="Escalate").click()
    form = page.locator("dialog.modal")
    form.locator("input, textarea").first.fill("Everything is slow")
    form.get_by_role("button", name="Submit").click()
    form.wait_for(state="detached")
    thread = page.locator(".channels .channel-thread", has_text="Everything is slow")
    thread.click()
    page.locator("#main .channel-title", has_text="Everything is slow").wait_for()


def test_a_select_behind_more_is_picked_from(visit: Visit, demo: Demo) -> None:
    demo.post("SelectFor")
    page = visit()
    card(page, "SelectFor").get_by_role("button", name="More").click()
    select = page.locator(".message .select").last
    select.click()
    options = page.locator(".popover [role=option]")
    options.first.wait_for()
    assert options.count() > 1
    options.first.click()
    page.locator(".popover").wait_for(state="detached")


def test_an_emoji_is_set_and_counts(visit: Visit, demo: Demo) -> None:
    demo.post("ReactTo")
    page = visit()
    message = card(page, "ReactTo")
    message.hover()
    message.get_by_role("button", name="Add reaction").click()
    page.locator(".popover button[aria-label*='✅'], .popover button:has-text('✅')").first.click()
    card(page, "ACKED").filter(has_text="ReactTo").wait_for()


def test_a_command_is_completed_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit()
    page.keyboard.type("/alert li")
    page.locator(".completion-item", has_text="/alert list").first.wait_for()
    page.keyboard.press("Enter")
    page.locator(".command-name", has_text="/alert list").wait_for()
    page.keyboard.press("Enter")
    page.locator(".message", has_text="Only you can see this").last.wait_for()


def test_somebody_else_looks_with_other_eyes(visit: Visit, demo: Demo) -> None:
    demo.post("NotForVisitors")
    page = visit()
    page.locator(".user-panel button").first.click()
    page.locator(".popover [role^=menuitem]", has_text="Visitor").first.click()
    page.wait_for_function("location.hash.includes('visitor')")
    card(page, "NotForVisitors").get_by_role("button", name="Acknowledge").click()
    page.locator(".message", has_text="🔒").last.wait_for()


def test_a_channel_is_found_with_ctrl_k(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("Control+k")
    switcher = page.locator("dialog.switcher")
    switcher.wait_for()
    page.keyboard.type("alerts-l")
    page.keyboard.press("Enter")
    switcher.wait_for(state="detached")
    page.locator("#main .channel-title", has_text="alerts-low").wait_for()
    page.keyboard.press("Control+k")
    page.keyboard.type("no such place")
    page.locator(".switcher .completion-note").wait_for()
    page.keyboard.press("Escape")
    switcher.wait_for(state="detached")
    page.keyboard.type("here again")
    page.wait_for_function("document.querySelector('#main .composer-input').value === 'here again'")


def test_a_phone_shows_all_of_a_card_and_the_way_to_the_channels(visit: Visit, demo: Demo) -> None:
    demo.post("OnAPhone", summary="word " * 60)
    page = visit(phone=True)
    shown = card(page, "OnAPhone")
    shown.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for button in shown.locator(".components button, .component-row button").all():
        box = button.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    page.get_by_role("button", name="Channels").click()
    page.locator(".channel", has_text="ops").first.click()
    page.locator("#main .channel-title", has_text="ops").wait_for()


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core in .peers: .ci/run installs it")
@pytest.mark.parametrize("where", ["desktop", "phone", "form", "switcher", "forum"])
def test_axe_finds_nothing_grave(where: str, visit: Visit, demo: Demo) -> None:
    demo.post(f"Axe {where}")
    page = visit(channel="incidents" if where == "forum" else "alerts", phone=where == "phone")
    if where != "forum":
        card(page, f"Axe {where}").wait_for()
    if where == "form":
        card(page, f"Axe {where}").get_by_role("button", name="Escalate").click()
        page.locator("dialog.modal").wait_for()
    if where == "switcher":
        page.keyboard.press("Control+k")
        page.locator("dialog.switcher").wait_for()
    page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    grave = [
        f"{each['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for each in found["violations"]
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]
    assert not grave, "\n".join(grave)


def test_a_command_is_typed(visit: Visit) -> None:
    page = visit("operator")
    page.keyboard.type("/doctor")
    page.locator(".composer .completion-item", has_text="/doctor").first.wait_for()
    page.keyboard.press("Enter")
    page.locator(".command-name", has_text="/doctor").wait_for()
    page.keyboard.press("Enter")
    page.locator(".message", has_text="tocsin check says the same").last.wait_for()
