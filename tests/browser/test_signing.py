"""From a child to a signature, in Chromium: why, what if, is the rule right; and signed for as long as the rule is the same."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect

from marrow.cli import main
from marrow.evaluation import evaluator
from marrow.packs import load_pack
from marrow.scenarios import FEATURES
from tests.browser.serving_pages import WIDTHS, Serving, free_port, opened, serving, violations
from tests.review.packs import copy_of

pytestmark = pytest.mark.needs("chromium")
CHILD, RULE = "msc-01", "criteria.neutrophils_very_severe"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the pack that may be changed, with scenarios enough for the rule that is read."""
    found = Path(copy_of("lan_2021", tmp_path))
    (found / "features").mkdir()
    shutil.copy(FEATURES / "lan_2021" / "severity.feature", found / "features")
    return found


@contextmanager
def served(pack: Path, *children: str) -> Iterator[Serving]:
    """The service with this pack, and the rules put together."""
    judge = evaluator(load_pack(str(pack)), "plain")
    with serving(pack.parent, children, free_port(), judge, pack=str(pack)) as found:
        yield found


def read_rules(tab: Page) -> None:
    """On to the rules, which are put together when they are first asked for; then the page shows them."""
    tab.get_by_role("link", name="Rules").click()
    expect(tab.get_by_label("Find a rule")).to_be_visible(timeout=240_000)


def verdict(tab: Page) -> str:
    return tab.locator(f'[id="{RULE}"] .verdict').inner_text()


def refusals(pack: Path) -> list[str]:
    """What keeps a release back, of this rule: with all its features the pack has no fault."""
    shutil.rmtree(pack / "features")
    found = CliRunner().invoke(main, ["rules", "check", str(pack), "--require-review"])
    return [line for line in found.stdout.splitlines() if RULE in line]


@pytest.mark.needs("node")
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_child_is_read_a_value_tried_a_rule_marked_and_signed_and_void_after_a_change(
    browser: Browser, pack: Path, width: int
) -> None:
    with served(pack, CHILD) as service, opened(browser, f"{service.address}/", width) as (tab, told):
        tab.get_by_label("Begins with").fill(CHILD)
        tab.get_by_role("button", name="Show").click()
        tab.get_by_role("link", name=CHILD).click()
        expect(tab.locator("section.conclusion").first).to_contain_text("neutrophils are very severely low")
        tab.locator(".values input").first.fill("0.35")
        tab.get_by_role("button", name="Try it").click()
        expect(tab.locator(".result")).to_contain_text("1 conclusion would change.")

        read_rules(tab)
        tab.get_by_label("Find a rule").fill("neutrophils very severely low")
        card = tab.locator(f'[id="{RULE}"]')
        expect(card).to_contain_text("Very severe: severe, with neutrophils below 0.2")
        card.get_by_label("Agreed", exact=True).check()
        card.get_by_label("Comment").fill("as printed")
        tab.get_by_role("button", name="Save marks").click()
        expect(tab.locator("#unsaved")).to_have_text("Please give your name: a mark is signed.")
        tab.get_by_label("Your name").fill("A. Reader")
        tab.get_by_label("Your role").fill("haematologist")
        tab.get_by_role("button", name="Save marks").click()
        expect(tab.locator("#unsaved")).to_have_text("Saved by the service.")
        assert verdict(tab) == "Agreed"
        tab.reload()
        expect(card.locator(".given")).to_have_text(re.compile(r"Agreed A. Reader, haematologist, \d{4}-\d\d-\d\das printed"))
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(tab) == []
        assert told == []

    parameters = pack / "parameters.yaml"
    parameters.write_text(
        parameters.read_text("utf-8").replace("severity.vsaa_anc_lt: {default: 0.2,", "severity.vsaa_anc_lt: {default: 0.21,")
    )
    with served(pack) as service, opened(browser, f"{service.address}/", width) as (tab, told):
        read_rules(tab)
        assert verdict(tab) == "Signature void"
        expect(tab.locator(f'[id="{RULE}"] .given')).to_contain_text("agreed, for the rule as it was then; it has changed since")
        assert told == []
    assert refusals(pack) == [f"not signed: {RULE}: it changed since it was marked: the signature is void"]


def test_a_page_that_was_loaded_before_the_change_signs_nothing_and_loses_nothing(browser: Browser, pack: Path) -> None:
    with served(pack) as service, opened(browser, f"{service.address}/") as (tab, _):
        read_rules(tab)
        card = tab.locator(f'[id="{RULE}"]')
        tab.evaluate("document.querySelector('#name').value = 'A'; document.querySelector('#role').value = 'B'")
        tab.route(
            "**/review/marks",
            lambda route: route.continue_(post_data=re.sub("sha256:.", "sha256:f", route.request.post_data or "")),
        )
        card.get_by_label("Wrong", exact=True).check()
        tab.get_by_role("button", name="Save marks").click()
        expect(tab.locator("#unsaved")).to_contain_text(f"Not saved: not as the reviewer saw it: {RULE}; load the page again")
        assert card.get_by_label("Wrong", exact=True).is_checked()
        tab.route("**/review/marks", lambda route: route.abort())
        tab.get_by_role("button", name="Save marks").click()
        expect(tab.locator("#unsaved")).to_contain_text("Not saved: the service does not answer.")
        tab.unroute_all()
        tab.get_by_role("button", name="Save marks").click()
        expect(tab.locator("#unsaved")).to_have_text("Saved by the service.")
        assert verdict(tab) == "Wrong"
