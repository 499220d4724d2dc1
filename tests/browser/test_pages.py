"""The pages in Chromium as clinicians use them: find a child, read why, try a value; on a phone, on a screen and on paper."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.serving_pages import WIDTHS, Serving, free_port, opened, serving, violations

pytestmark = pytest.mark.needs("chromium")

CHILDREN = ("msc-01", "ctl-02")
CHILD = CHILDREN[0]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("pages"), CHILDREN, free_port()) as found:
        yield found


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_child_is_found_its_reasons_are_read_and_a_value_is_tried(browser: Browser, served: Serving, width: int) -> None:
    with opened(browser, f"{served.address}/", width) as (tab, told):
        tab.get_by_label("Severity").select_option("vSAA")
        tab.get_by_role("button", name="Show").click()
        expect(tab.get_by_role("heading", name="2 of 2 patients")).to_be_visible()
        tab.get_by_role("link", name=CHILD).click()
        expect(tab.get_by_role("heading", level=1)).to_have_text(f"Patient {CHILD}")
        tab.get_by_role("link", name="Severity of the aplastic anaemia").click()
        section = tab.locator("section.conclusion").first
        expect(section).to_contain_text("neutrophils are very severely low")
        expect(section).to_contain_text(re.compile(r"✓\s+met"))
        tab.locator(".values input").first.fill("0.35")
        tab.get_by_role("button", name="Try it").click()
        expect(tab.locator(".result")).to_contain_text("0.35 instead of 0")
        expect(tab.locator(".result")).to_contain_text("1 conclusion would change.")
        tab.get_by_role("link", name="Back to what is on record").click()
        expect(tab.locator(".result")).to_have_count(0)
        assert tab.locator(".values input").first.input_value() == "0"
        assert told == []


@pytest.mark.needs("node")
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("dark", [False, True], ids=["by day", "by night"])
@pytest.mark.parametrize("path", ["/", f"/patients/{CHILD}", "/patients/nobody"])
def test_axe_has_nothing_to_say_and_a_page_fits_its_window(
    browser: Browser, served: Serving, path: str, dark: bool, width: int
) -> None:
    with opened(browser, f"{served.address}{path}", width, color_scheme="dark" if dark else "light") as (tab, _):
        assert violations(tab) == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("span", ["windows", "all"])
def test_words_at_limits_stand_on_no_numbers_of_an_axis(browser: Browser, served: Serving, span: str, width: int) -> None:
    with opened(browser, f"{served.address}/patients/{CHILD}?span={span}", width) as (tab, _):
        boxes = "[...document.querySelectorAll('.timeline {}')].map(e => e.getBoundingClientRect()).filter(b => b.width)"
        words, numbers = (tab.evaluate(f"{boxes.format(kind)}.map(b => [b.left, b.right, b.top, b.bottom])") for kind in
                          (".limit-label", ".tick.end"))  # fmt: skip
        assert words
        assert numbers
        assert [word for word in words for one in numbers if word[0] < one[1] and word[2] < one[3] and one[2] < word[3]] == []


def test_a_page_is_whole_without_a_script(browser: Browser, served: Serving) -> None:
    with opened(browser, f"{served.address}/patients/{CHILD}", java_script_enabled=False) as (tab, told):
        assert tab.locator("section.conclusion").count() > 10
        assert tab.locator(".wide-drawing svg").is_visible()
        assert told == []


def test_the_keyboard_skips_to_the_content(browser: Browser, served: Serving) -> None:
    with opened(browser, f"{served.address}/patients/{CHILD}") as (tab, _):
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.textContent") == "Skip to the content"
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.id") == "main"
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.tagName") == "A"


def test_on_paper_all_of_it_stands_and_nothing_is_cut_off(browser: Browser, served: Serving) -> None:
    with opened(browser, f"{served.address}/patients/{CHILD}", 690) as (tab, _):
        tab.emulate_media(media="print")
        assert not tab.locator(".try").is_visible()
        assert tab.locator(".wide-drawing svg").is_visible()
        assert tab.evaluate("document.documentElement.scrollWidth") <= 690
        assert tab.pdf(prefer_css_page_size=True).startswith(b"%PDF")
