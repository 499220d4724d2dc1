"""Try it: other values in the form of a page, and which conclusions would change; nothing is kept."""

import pytest

from tests.service.pages.concluded import ask, pages, store
from tests.service.pages.reading import read

CHILD, DAY = "msc-01", "2014-03-10"
PATH = f"/patients/{CHILD}"


def form() -> dict[str, str]:
    """The form as the page has it."""
    found = read(ask(pages(store(DAY, CHILD)), PATH).text).fields
    return {name: value for name, value in found.items() if name != "find"}


def field(concept: str, day: str) -> str:
    """The name of a field by its words."""
    page = ask(pages(store(DAY, CHILD)), PATH).text
    start = page.index(f"{concept} <time>{day}</time>")
    return page[page.rindex('for="', 0, start) + 5 : page.rindex('"', 0, start)]


def tried(**changes: str) -> str:
    given = form() | {name.replace("_", "-"): value for name, value in changes.items()}
    answer = ask(pages(store(DAY, CHILD)), f"{PATH}/try", given)
    assert answer.status_code == 200
    text = read(answer.text).text
    return text[text.index("kept nowhere.") : text.rindex("Add a value")]


def test_another_value_changes_a_conclusion_and_says_which_criteria() -> None:
    told = tried(**{field("ANC", "2013-11-07"): "0.35"})
    assert "ANC of 2013-11-07: 0.35 instead of 0" in told
    assert "1 conclusion would change." in told
    assert "severity of the aplastic anaemia : vSAA → becomes SAA" in told
    assert "neutrophils are very severely low: ✓ met → becomes ✗ not met" in told


def test_a_value_that_is_left_out_leaves_a_conclusion_open() -> None:
    told = tried(**{field("marrow cellularity", "2013-10-31"): ""})
    assert "left out, instead of 22" in told
    assert "vSAA → becomes open" in told


def test_a_bound_is_a_value() -> None:
    assert "0.35 instead" not in (told := tried(**{field("ANC", "2013-11-07"): "<0.3"}))
    assert "<0.3 instead of 0" in told
    assert "open" in told


def test_values_and_days_can_be_added() -> None:
    told = tried(add_concept="plt", add_value="12", add_day="2014-05-20", as_of="2014-07-01")
    assert "platelet count on 2014-05-20: 12, added" in told
    assert "evaluated as of 2014-07-01 instead of 2014-03-10" in told
    assert "haematological response, day 180 : not due yet → becomes" in told


def test_what_changes_nothing_is_said_to_change_nothing() -> None:
    assert "Nothing was changed" in tried()
    assert "No conclusion would change." in tried(**{field("ANC", "2013-11-07"): "0.01"})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"add-concept": "plt", "add-value": "1,5", "add-day": "2014-02-30"}, "expected a number, as 0.5 or <5"),
        ({"add-concept": "plt", "add-value": "1", "add-day": "2014-02-30"}, "expected its day, as 2014-05-03"),
        ({"add-concept": "nothing", "add-value": "1"}, "choose what it is of"),
        ({"generation": "0"}, "the record has changed since this page was loaded"),
    ],
)
def test_what_cannot_be_tried_is_said(changes: dict[str, str], said: str) -> None:
    told = tried(**changes)
    assert "This could not be tried." in told
    assert said in told


def test_nothing_is_kept() -> None:
    before = store(DAY, CHILD).conclusions(f"Patient/{CHILD}")
    tried(**{field("ANC", "2013-11-07"): "3"})
    assert store(DAY, CHILD).conclusions(f"Patient/{CHILD}") == before
    assert store(DAY, CHILD).record(f"Patient/{CHILD}").generation == int(form()["generation"])


@pytest.mark.parametrize("sent", [{"fact-0": "x" * 1000}, {"fact-99999": "1"}, {"as-of": "9999-12-31"}, {"as-of": "0001-01-01"}])
def test_a_form_of_nonsense_is_answered(sent: dict[str, str]) -> None:
    assert ask(pages(store(DAY, CHILD)), f"{PATH}/try", form() | sent).status_code == 200
