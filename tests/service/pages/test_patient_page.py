"""The page of a patient: what is concluded and why, what would decide it; nothing on it is anything but text."""

import re
from typing import Any

import msgspec
import pytest

from marrow.packs import load_pack
from marrow.service.store.rows import Kept, Record, StoreUnavailable
from tests.service.pages.concluded import SERVER, ask, pages, store
from tests.service.pages.reading import Words, read

CHILD, DAY, EARLY = "msc-01", "2014-03-10", "2013-11-05"


class Changed:
    """A store in which something is otherwise."""

    def __init__(self, known: Any, **answers: Any) -> None:
        self._known, self._answers = known, answers

    def __getattr__(self, name: str) -> Any:
        return (lambda *_: self._answers[name]) if name in self._answers else getattr(self._known, name)


class Away:
    def __getattr__(self, name: str) -> Any:
        raise StoreUnavailable("locked")


def child(day: str = DAY) -> Words:
    return read(ask(pages(store(day, CHILD)), f"/patients/{CHILD}").text)


def test_every_conclusion_is_told_with_its_criteria() -> None:
    answer = ask(pages(store(DAY, CHILD)), f"/patients/{CHILD}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    text = read(answer.text).text
    assert "Severity of the aplastic anaemia: very severe aplastic anaemia." in text
    assert "neutrophils are severely low when ANC (baseline) below 0.5 ×10⁹/L ✓ met 0 ×10⁹/L on 2013-11-07" in text
    assert "reticulocytes before transfusion are severely low when ARC (baseline) below 20 ×10⁹/L ✗ not met 32.8 ×10⁹/L" in text
    assert "2. severe aplastic anaemia, not very severe an outcome before it is met ✗ not met" in text
    assert "Haematological response, day 180 is not due yet as of 2014-03-10." in text
    assert answer.text.count('class="conclusion"') == len(load_pack("lan_2021").conclusions)
    assert "Lan et al., BMC Pediatrics 2021;21:102" in text


def test_values_lead_to_the_resources_that_they_were_read_from() -> None:
    link = f"{SERVER}/Observation/{CHILD}-marrow-cellularity-marrow/_history/1"
    assert link in child().addresses


def test_the_time_line_shows_what_the_pack_asks_for() -> None:
    page = ask(pages(store(DAY, CHILD)), f"/patients/{CHILD}").text
    drawing = page[page.index("<svg") : page.index("</svg>")]
    for words in ("Neutrophils (ANC): 0.09 ×10⁹/L on 2013-12-17", "baseline: 2013-10-08 to 2013-11-07", "day 180", "vSAA"):
        assert words in drawing
    assert len(re.findall('class="point"', drawing)) == 12
    assert "very severe below 0.2" in drawing
    assert "rabbit antithymocyte globulin 28.8 mg on 2013-11-07" in drawing
    assert "umbilical cord mesenchymal stem cells 9.6 ×10⁶ on 2013-11-21" in drawing


@pytest.mark.parametrize(("asked", "said"), [("?scale=linear", "log scale"), ("?scale=log", "linear scale")])
def test_scales_can_be_chosen(asked: str, said: str) -> None:
    assert said not in read(ask(pages(store(DAY, CHILD)), f"/patients/{CHILD}{asked}").text).text
    assert said in child().text


def test_what_would_decide_is_said_with_its_days() -> None:
    text = child(EARLY).text
    assert "What would decide it" in text
    assert "eutrophils (x10^9/L)" not in text
    assert re.search(r"eutrophils \(×10⁹/L\) from 2013-10-06 to 2013-11-05", text), text[:3000]


def test_a_page_loads_its_own_files_and_nothing_else() -> None:
    words = child()
    assert {one for one in words.addresses if not one.startswith((f"{SERVER}/", "#", "?"))} == {
        "../static/page.css",
        "data:,",
        ".././",
        "../review",
        f"../patients/{CHILD}/try#try",
        "https://doi.org/10.1186/s12887-021-02562-x",
    }
    assert words.tags.isdisjoint({"script", "img", "iframe", "style"})
    style = ask(pages(None), "/static/page.css")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert re.findall(r"url\(|@import", style.text) == []
    assert ask(pages(None), "/static/patient.html").status_code == 404


def test_what_came_from_elsewhere_is_text() -> None:
    mark = "<script>alert(1)</script>\"'&"
    known = store(DAY, CHILD)
    line = msgspec.json.decode(known.conclusions(f"Patient/{CHILD}")["severity"])
    line |= {"evidence": [mark], "missing": [mark], "flags": [mark]}
    line["criteria"][0]["because"] = mark
    page = ask(pages(Changed(known, conclusions={"severity": msgspec.json.encode(line)})), f"/patients/{CHILD}").text
    assert "script" not in read(page).tags
    assert "".join(read(page).parts).count(mark) == 4


def test_where_the_record_changed_what_is_kept_is_told_and_marked() -> None:
    known = store(DAY, CHILD)
    filed = known.record(f"Patient/{CHILD}")
    fewer = tuple(one for one in filed.resources if "anc-baseline" not in one.id)
    text = read(ask(pages(Changed(known, record=Record(fewer, (), 9))), f"/patients/{CHILD}").text).text
    assert "The record has changed since it was evaluated." in text
    assert "Severity of the aplastic anaemia: very severe aplastic anaemia." in text
    assert "neutrophils are severely low ✓ met ANC (baseline) 0 ×10⁹/L on 2013-11-07, below 0.5" in text


def test_without_a_record_what_is_kept_is_told_alone() -> None:
    text = read(ask(pages(Changed(store(DAY, CHILD), record=Record((), (), 1))), f"/patients/{CHILD}").text).text
    assert "Severity of the aplastic anaemia: very severe aplastic anaemia." in text
    assert "Time line" not in text and "Try it" not in text


def test_what_another_version_of_the_pack_concluded_is_told_as_far_as_it_is_known() -> None:
    known = store(DAY, CHILD)
    line = msgspec.json.decode(known.conclusions(f"Patient/{CHILD}")["severity"])
    line["criteria"][0]["id"] = "another_criterion"
    line["parameters"]["no.longer"] = 3
    found = {"severity": msgspec.json.encode(line), "unheard_of": msgspec.json.encode(line | {"conclusion": "unheard_of"})}
    page = ask(pages(Changed(known, conclusions=found)), f"/patients/{CHILD}").text
    assert "another criterion" in page
    assert page.count('class="conclusion"') == 1


@pytest.mark.parametrize("identity", ["nobody", "a%20b", "x" * 65, "%3Cscript%3E"])
def test_of_who_is_not_known_nothing_is_said(identity: str) -> None:
    answer = ask(pages(store(DAY, CHILD)), f"/patients/{identity}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "No patient of this id has been evaluated here." in answer.text
    assert identity[:8] not in answer.text


def test_without_a_store_there_is_nobody() -> None:
    assert ask(pages(None), f"/patients/{CHILD}").status_code == 404


@pytest.mark.parametrize("path", ["/", f"/patients/{CHILD}"])
def test_a_database_that_does_not_answer_is_asked_again(path: str) -> None:
    answer = ask(pages(Away()), path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "The database does not answer." in answer.text


def test_who_comes_while_too_many_wait_is_sent_away() -> None:
    answer = ask(pages(store(DAY, CHILD), most=0), f"/patients/{CHILD}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


def test_a_resource_that_cannot_be_read_costs_no_page() -> None:
    known = store(DAY, CHILD)
    filed = known.record(f"Patient/{CHILD}")
    broken = Record((*filed.resources, Kept("Observation", "broken", b"{", 1)), (), 1)
    assert ask(pages(Changed(known, record=broken)), f"/patients/{CHILD}").status_code == 200
