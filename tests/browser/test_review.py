"""The review site in Chromium: find a rule, mark it, save, open again, and see the signature void after a change."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from marrow.review.files import write_site
from marrow.review.last_run import Run
from marrow.review.mutants import Mutant
from marrow.review.scenarios import cases_of, features_of
from marrow.review.site import review
from tests.review.packs import copy_of

pytestmark = pytest.mark.needs("chromium")

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {"phone": 390, "desktop": 1440, "wall": 2560}
PAPER = 688
"""Pixels between the margins of an A4 page."""
RULE = "criteria.neutrophils_severe"
MUTANTS = (
    Mutant("m1", RULE, "below becomes at most", "severity.feature:104"),
    Mutant("m2", "parameters.gcsf.flag_days", "7 becomes 6", None, "it only moves a remark"),
)


def write(pack: str, out: Path) -> Path:
    """The site of a pack, all cases passed but one."""
    cases = cases_of(features_of(pack))
    failed = {case.place: None for case in cases} | {cases[3].place: "Then the child is eligible"}
    out.mkdir(exist_ok=True)
    write_site(review(pack, run=Run(failed), mutants=MUTANTS), out)
    return out / "index.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write("lan_2021", tmp_path_factory.mktemp("review"))


@contextmanager
def opened(browser: Browser, file: Path, width: int = 1440, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """The page as a reviewer has it, and what it said to the console or asked for."""
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, accept_downloads=True, **options)
    tab, told = context.new_page(), list[str]()
    tab.on("console", lambda message: told.append(message.text))
    tab.on("pageerror", lambda error: told.append(str(error)))
    tab.on("request", lambda request: told.append(request.url))
    tab.goto(file.as_uri())
    told[:] = [one for one in told if one not in (file.as_uri(), "data:,")]
    yield tab, told
    context.close()


def mark(tab: Page, rule: str, said: str, comment: str = "") -> None:
    card = tab.locator(f'[id="{rule}"]')
    card.get_by_label(said, exact=True).check()
    if comment:
        card.get_by_label("Comment").fill(comment)


def sign(tab: Page, folder: Path) -> Path:
    """Save the marks; the file that the browser was given."""
    tab.get_by_label("Your name").fill("A. Reader")
    tab.get_by_label("Your role").fill("haematologist")
    tab.get_by_label("Date").fill("2026-03-01")
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Save marks").click()
    target = folder / download.value.suggested_filename
    download.value.save_as(target)
    return target


def verdict(tab: Page, rule: str) -> str:
    return tab.locator(f'[id="{rule}"] .verdict').inner_text()


# --- a review from beginning to end ---


def test_a_rule_is_found_marked_saved_opened_again_and_void_after_a_change(browser: Browser, tmp_path: Path) -> None:
    pack = copy_of("lan_2021", tmp_path)
    file = write(pack, tmp_path / "out")
    with opened(browser, file) as (tab, told):
        tab.get_by_label("Find a rule").fill("neutrophils severely low")
        assert tab.locator(".rule:visible").count() < 12
        assert "of 76 rules" in tab.locator("#found").inner_text()
        assert verdict(tab, RULE) == "Not reviewed"
        mark(tab, RULE, "Agreed", "as printed")
        assert tab.locator("#unsaved").inner_text() == "1 rule marked, not saved yet"
        saved = sign(tab, tmp_path)
        assert verdict(tab, RULE) == "Agreed"
        assert tab.locator("#agreed").inner_text() == "1"
        assert told == []
    assert saved.name == "review.json"
    (given,) = json.loads(saved.read_text("utf-8"))["marks"]
    assert (given["rule"], given["mark"], given["comment"], given["name"], given["role"], given["date"]) == (
        RULE, "agreed", "as printed", "A. Reader", "haematologist", "2026-03-01",
    )  # fmt: skip

    shutil.copy(saved, pack)
    with opened(browser, write(pack, tmp_path / "out")) as (tab, told):
        assert verdict(tab, RULE) == "Agreed"
        assert "A. Reader, haematologist, 2026-03-01" in tab.locator(f'[id="{RULE}"] .given').inner_text()
        assert told == []

    parameters = Path(pack) / "parameters.yaml"
    parameters.write_text(
        parameters.read_text("utf-8").replace("severity.anc_lt: {default: 0.5,", "severity.anc_lt: {default: 0.51,")
    )
    with opened(browser, write(pack, tmp_path / "out")) as (tab, told):
        assert verdict(tab, RULE) == "Signature void"
        assert "agreed, for the rule as it was then; it has changed since" in tab.locator(f'[id="{RULE}"] .given').inner_text()
        tab.get_by_label("Show", exact=True).select_option("void")
        assert tab.locator(".rule:visible").count() == 1
        assert told == []


def test_marks_of_another_file_are_opened_beside_those_that_are_there(browser: Browser, site: Path, tmp_path: Path) -> None:
    with opened(browser, site) as (tab, _):
        mark(tab, RULE, "Questioned", "Why not 0.2?")
        saved = sign(tab, tmp_path)
    with opened(browser, site) as (tab, told):
        assert verdict(tab, RULE) == "Not reviewed"
        tab.locator("#open").set_input_files(saved)
        tab.locator("#unsaved", has_text="1 mark opened.").wait_for()
        assert verdict(tab, RULE) == "Questioned"
        mark(tab, "criteria.platelets_severe", "Wrong")
        again = sign(tab, tmp_path)
        assert told == []
    marks = json.loads(again.read_text("utf-8"))["marks"]
    assert [(one["rule"], one["mark"]) for one in marks] == [(RULE, "questioned"), ("criteria.platelets_severe", "wrong")]


def test_a_mark_without_a_name_is_not_saved(browser: Browser, site: Path) -> None:
    with opened(browser, site) as (tab, _):
        mark(tab, RULE, "Agreed")
        tab.get_by_role("button", name="Save marks").click()
        assert tab.locator("#unsaved").inner_text() == "Please give your name: a mark is signed."
        assert tab.evaluate("document.activeElement.id") == "name"


def test_a_mark_can_be_taken_back(browser: Browser, site: Path) -> None:
    with opened(browser, site) as (tab, _):
        mark(tab, RULE, "Wrong")
        tab.locator(f'[id="{RULE}"]').get_by_role("button", name="Take it back").click()
        assert tab.locator(f'[id="{RULE}"] .say input:checked').count() == 0
        tab.get_by_role("button", name="Save marks").click()
        assert tab.locator("#unsaved").inner_text() == "Nothing to save yet: mark a rule first."


@pytest.mark.parametrize("text", ["no json", '{"pack": "other", "marks": []}', '{"pack": "lan_2021", "marks": [{"rule": 1}]}'])
def test_a_file_that_holds_no_marks_is_refused_in_words(browser: Browser, site: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "other.json").write_text(text, encoding="utf-8")
    with opened(browser, site) as (tab, told):
        tab.locator("#open").set_input_files(tmp_path / "other.json")
        tab.wait_for_function("document.getElementById('unsaved').className === 'alarm'")
        assert tab.locator("#unsaved").inner_text().startswith("other.json ")
        assert told == []


# --- reading ---


def test_a_link_unfolds_the_scenario_that_it_leads_to(browser: Browser, site: Path) -> None:
    with opened(browser, site) as (tab, told):
        card = tab.locator(f'[id="{RULE}"]')
        card.locator("summary", has_text="Scenarios").click()
        card.locator(".scenarios a").first.click()
        target = tab.evaluate("decodeURIComponent(location.hash.slice(1))")
        assert tab.locator(f'[id="{target}"] .steps').first.is_visible()
        assert told == []


def test_what_is_open_is_said_in_words_and_in_red(browser: Browser, site: Path) -> None:
    with opened(browser, site) as (tab, _):
        lines = tab.locator(".open-ends li")
        assert lines.filter(has_text="Fails Statement").count() > 0
        assert lines.filter(has_text="Fails Scenario").count() == 1
        assert tab.locator(".chip.missing").first.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(176, 0, 32)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_the_page_stands_alone_and_fits_its_window(browser: Browser, site: Path, width: int, scheme: str) -> None:
    with opened(browser, site, width, color_scheme=scheme) as (tab, told):
        tab.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        beyond = "[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, .skip, .hidden')"
        assert (
            tab.evaluate(f"{beyond} && e.getBoundingClientRect().right > {width} + 0.5).map(e => e.className || e.tagName)") == []
        )
        assert told == []


@pytest.mark.needs("node")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDTHS["phone"], WIDTHS["desktop"]], ids=["phone", "desktop"])
def test_axe_has_nothing_to_say(browser: Browser, site: Path, width: int, scheme: str) -> None:
    with opened(browser, site, width, color_scheme=scheme, bypass_csp=True) as (tab, _):
        mark(tab, RULE, "Agreed")
        tab.add_script_tag(path=AXE)
        found = tab.evaluate("axe.run().then(r => r.violations.flatMap(v => v.nodes.slice(0, 3).map(n => v.id + ': ' + n.html)))")
        assert found == []


def test_the_keyboard_reaches_the_rules_and_marks_one(browser: Browser, site: Path) -> None:
    with opened(browser, site) as (tab, _):
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.textContent") == "Skip to the rules"
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.id") == "main"
        tab.locator(f'[id="{RULE}"] input[value="agreed"]').focus()
        tab.keyboard.press("Space")
        tab.keyboard.press("ArrowRight")
        assert tab.locator(f'[id="{RULE}"] input[value="questioned"]').is_checked()


def test_it_reads_without_a_script_and_offers_nothing_that_needs_one(browser: Browser, site: Path) -> None:
    with opened(browser, site, java_script_enabled=False) as (tab, _):
        assert tab.locator(f'[id="{RULE}"]').is_visible()
        assert tab.locator("fieldset:visible, .signing:visible, .find:visible").count() == 0


def test_nothing_is_cut_off_on_paper_and_there_is_room_to_sign(browser: Browser, site: Path) -> None:
    with opened(browser, site, PAPER) as (tab, _):
        tab.emulate_media(media="print")
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        wide = f"[...document.querySelectorAll('table, li, p')].filter(e => e.getBoundingClientRect().right > {PAPER} + 1)"
        assert tab.evaluate(f"{wide}.map(e => e.textContent.slice(0, 60))") == []
        assert tab.locator(f'[id="{RULE}"] .scenarios').is_visible()
        assert not tab.locator(".signing").is_visible()
        room = tab.locator(f'[id="{RULE}"] .given').evaluate("e => getComputedStyle(e, '::after').content")
        assert "signature" in room
        assert tab.pdf(prefer_css_page_size=True).startswith(b"%PDF")
