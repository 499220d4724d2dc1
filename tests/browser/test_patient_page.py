"""The page of a patient in Chromium: on a screen, on a phone and on paper, for those who see it and for those who do not."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from marrow.packs import load_pack
from marrow.service.pages.patient import TEMPLATES, patient_page
from tests.service.pages.concluded import lines

pytestmark = pytest.mark.needs("chromium")

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {"phone": 390, "desktop": 1280}
CHILDREN = {"treated": ("msc-01", date(2018, 4, 13)), "before treatment": ("msc-01", date(2013, 2, 1))}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages as the service has them: below patients/, their style below static/."""
    found = tmp_path_factory.mktemp("pages")
    for name in ("patients", "static"):
        (found / name).mkdir()
    shutil.copy(TEMPLATES / "page.css", found / "static" / "page.css")
    for name, (child, day) in CHILDREN.items():
        page = patient_page(load_pack("lan_2021"), child, lines(child, day.toordinal()))
        (found / "patients" / f"{name}.html").write_text(page, encoding="utf-8")
    return found / "patients"


@contextmanager
def opened(browser: Browser, file: Path, width: int, *, script: bool = True) -> Iterator[tuple[Page, list[str]]]:
    """The page as a reader has it before them, and what it said to the console."""
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, java_script_enabled=script)
    tab, told = context.new_page(), list[str]()
    tab.on("console", lambda message: told.append(message.text))
    tab.on("pageerror", lambda error: told.append(str(error)))
    tab.goto(file.as_uri())
    yield tab, told
    context.close()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("name", CHILDREN)
def test_a_page_fits_its_window_and_has_its_style(browser: Browser, folder: Path, name: str, width: int) -> None:
    with opened(browser, folder / f"{name}.html", width) as (tab, told):
        assert told == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate("getComputedStyle(document.querySelector('header')).borderTopWidth") == "3px"


@pytest.mark.needs("node")
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("name", CHILDREN)
def test_axe_has_nothing_to_say(browser: Browser, folder: Path, name: str, width: int) -> None:
    with opened(browser, folder / f"{name}.html", width) as (tab, _):
        tab.add_script_tag(path=AXE)
        found = tab.evaluate("axe.run().then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html)))")
        assert found == []


def test_a_page_is_whole_without_a_script(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "treated.html", WIDTHS["desktop"], script=False) as (tab, _):
        assert tab.locator("section").count() == len(load_pack("lan_2021").conclusions)
        assert tab.locator("section h2").first.is_visible()


def test_the_keyboard_skips_to_the_conclusions(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "treated.html", WIDTHS["phone"]) as (tab, _):
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.textContent") == "Skip to the conclusions"
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.id") == "main"
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.getAttribute('role')") == "region"
