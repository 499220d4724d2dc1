"""The list of patients: what is concluded of each, what is due and missing, filters, pages, survival, problems in the data."""

import asyncio
from typing import Any

import httpx
import pytest

from marrow.service.store.listed import Problem
from tests.service.pages.concluded import ask, pages, store
from tests.service.pages.reading import read
from tests.service.pages.test_patient_page import Changed

DAY = "2014-03-10"
CHILDREN = ("msc-01", "msc-02", "ctl-02", "ctl-07")


def known() -> Any:
    return store(DAY, *CHILDREN)


def text(path: str = "/") -> str:
    return read(ask(pages(known()), path).text).text


def listed(path: str) -> list[str]:
    """The ids of the patients on a page, in order."""
    addresses = read(ask(pages(known()), path).text).addresses
    return [one.removeprefix("patients/") for one in addresses if one.startswith("patients/")]


def test_a_line_says_what_is_concluded_due_and_missing() -> None:
    said = text()
    assert "4 patients evaluated" in said
    assert "msc-01 123 vSAA eligible MSC TI BELOW PR day 90 none alive 2014-06-05 in 87 days: " in said
    assert "msc-02 none open open MSC" in said
    assert "marrow cellularity, residual haematopoietic cells and 12 more" in said
    assert "TI BELOW PR independent of transfusions, below partial response" in said


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", ["ctl-02", "ctl-07", "msc-01", "msc-02"]),
        ("/?c-severity=vSAA", ["ctl-02", "msc-01"]),
        ("/?c-severity=vSAA&c-arm=MSC", ["msc-01"]),
        ("/?c-severity=nothing", []),
        ("/?find=msc", ["msc-01", "msc-02"]),
        ("/?find=Patient/ctl-02", ["ctl-02"]),
        ("/?find=%3Cscript%3E", ["ctl-02", "ctl-07", "msc-01", "msc-02"]),
        ("/?due=30", ["ctl-02", "ctl-07"]),
        ("/?due=90&order=due", ["ctl-02", "ctl-07", "msc-01"]),
        ("/?missing=yes", ["msc-02"]),
        ("/?order=start", ["ctl-07", "ctl-02", "msc-01", "msc-02"]),
        ("/?page=99&order=nonsense&due=soon&page=x", ["ctl-02", "ctl-07", "msc-01", "msc-02"]),
        ("/?problem=unit-unknown", []),
    ],
)
def test_who_is_listed(path: str, expected: list[str]) -> None:
    assert listed(path) == expected


def test_where_nobody_fits_it_is_said() -> None:
    assert "Nobody fits all of this." in text("/?c-severity=nothing")
    assert "Nobody has been evaluated yet." in read(ask(pages(store(DAY)), "/").text).text


def test_survival_is_drawn_with_numbers_at_risk() -> None:
    async def drawn() -> str:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(pages(known())), base_url="http://localhost") as client:
            for _ in range(2000):
                page = (await client.get("/")).text
                if "being drawn" not in page:
                    return page
        raise AssertionError("never drawn")

    page = asyncio.run(drawn())
    assert page.count("<svg") == 2
    assert "Number at risk" in page
    assert "style=" not in page
    assert "Not in the analysis: 1 (day of the first dose of rabbit ATG: none on record, MSC)." in read(page).text


def test_problems_are_told_by_kind_and_lead_to_their_patients() -> None:
    problems = [Problem("unit-unknown", 12, 3), Problem("of-another-version", 1, 1)]
    page = read(ask(pages(Changed(known(), problems=problems)), "/?c-arm=MSC").text)
    assert "unit-unknown error this unit is not known or cannot be turned into …; send UCUM 12 3 patients with" in page.text
    assert "of-another-version unknown of-another-version 1 1" in page.text
    assert "?problem=unit-unknown" in page.addresses


def test_without_problems_it_is_said() -> None:
    assert "None: everything that was sent could be read." in text()
