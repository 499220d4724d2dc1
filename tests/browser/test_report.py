"""report.html in Chromium: on a screen, on a phone and on paper, for those who see it and for those who do not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from engine.cohort.results import Group, Results
from marrow.packs import load_pack
from marrow.report.drawings import drawn
from marrow.report.page import Contents, page
from marrow.report.reproduction import Reproduced
from tests.sample_results import MONTH, empty, one_group, one_patient, sample, three_groups

pytestmark = pytest.mark.needs("chromium")

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {"phone": 390, "desktop": 1280}
PAPER = 665
"""Pixels between the margins of an A4 page."""


def long_names() -> Results:
    """Three groups whose names do not fit anywhere."""
    labels = ("cells of the umbilical cord on top of everything else", "Immunosuppressionsbehandlung", "<b>historical</b>")
    groups = tuple(Group(one.name, label, one.n) for one, label in zip(three_groups().groups, labels, strict=True))
    return replace(three_groups(), groups=groups)


COHORTS: dict[str, Callable[[], Results]] = {
    "sample": sample,
    "one_group": one_group,
    "three_groups": three_groups,
    "long_names": long_names,
    "empty": empty,
    "one_patient": one_patient,
}


@cache
def report(name: str) -> str:
    results = COHORTS[name]()
    printed = [
        Reproduced("Table 1", "median age, years", "MSC", "4 (1–10)", "4 (1–10)", True),
        Reproduced("Table 1", "p of age", None, "0.438", "0.439", False, "the ages are invented"),
        Reproduced("Results", "months to the second treatment", "control", "", None, None, "the source does not print them"),
    ]
    problems = [("unit.unknown", "the unit is not known", 3)]
    pack = load_pack("lan_2021", {"ti.days": "56"})
    contents = Contents(pack, results, problems, {"used": 7}, printed, ["Nobody’s data."], drawn(results, MONTH))
    return page(contents)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("reports")
    for name in COHORTS:
        (found / f"{name}.html").write_text(report(name), encoding="utf-8")
    return found


@contextmanager
def opened(browser: Browser, file: Path, width: int, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """The report as a reader has it before them, and what it said to the console or asked for."""
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, **options)
    tab, told = context.new_page(), list[str]()
    tab.on("console", lambda message: told.append(message.text))
    tab.on("pageerror", lambda error: told.append(str(error)))
    tab.on("request", lambda request: told.append(request.url))
    tab.goto(file.as_uri())
    yield tab, [one for one in told if one != file.as_uri() and one != "data:,"]
    context.close()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("name", COHORTS)
def test_a_report_stands_alone_and_fits_its_window(browser: Browser, folder: Path, name: str, width: int) -> None:
    with opened(browser, folder / f"{name}.html", width) as (tab, told):
        assert told == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        beyond = "[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll') && !e.closest('.skip')"
        assert (
            tab.evaluate(f"{beyond} && e.getBoundingClientRect().right > {width} + 0.5).map(e => e.className || e.tagName)") == []
        )


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("name", COHORTS)
def test_every_figure_can_be_seen_and_read(browser: Browser, folder: Path, name: str, width: int) -> None:
    with opened(browser, folder / f"{name}.html", width) as (tab, _):
        figures = tab.locator("figure.drawing svg")
        assert figures.count() == report(name).count("<svg")
        for place in range(figures.count()):
            assert figures.nth(place).is_visible()
        scale = "(m => Math.sqrt(Math.abs(m.a * m.d - m.b * m.c)))(e.getScreenCTM())"
        small = f"[...document.querySelectorAll('svg text')].map(e => parseFloat(getComputedStyle(e).fontSize) * {scale})"
        assert [size for size in tab.evaluate(small) if size < 7] == []


@pytest.mark.needs("node")
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("name", COHORTS)
def test_axe_has_nothing_to_say(browser: Browser, folder: Path, name: str, width: int) -> None:
    with opened(browser, folder / f"{name}.html", width) as (tab, _):
        tab.add_script_tag(path=AXE)
        found = tab.evaluate("axe.run().then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html)))")
        assert found == []


def test_the_keyboard_skips_to_the_results_and_reaches_what_scrolls(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "sample.html", WIDTHS["phone"]) as (tab, _):
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.textContent") == "Skip to the results"
        assert tab.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.id") == "main"
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.getAttribute('role')") == "region"


@pytest.mark.parametrize("name", COHORTS)
def test_nothing_is_cut_off_on_paper(browser: Browser, folder: Path, name: str) -> None:
    with opened(browser, folder / f"{name}.html", PAPER) as (tab, _):
        tab.emulate_media(media="print")
        wide = f"[...document.querySelectorAll('table, svg, li, p')].filter(e => e.getBoundingClientRect().right > {PAPER} + 1)"
        assert tab.evaluate(f"{wide}.map(e => e.textContent.slice(0, 60))") == []
        assert tab.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
        assert tab.pdf(prefer_css_page_size=True).startswith(b"%PDF")
