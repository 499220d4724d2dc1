"""The page of a patient: what is concluded, in sentences; nothing on it is anything but text."""

import asyncio
import re
from html.parser import HTMLParser

import httpx
import msgspec
import pytest
from fastapi import FastAPI

from marrow.packs import load_pack
from marrow.service.pages.patient import add_pages, patient_page
from marrow.service.store.rows import StoreUnavailable
from tests.service.pages.concluded import lines


class Files:
    def __init__(self, found: dict[str, dict[str, bytes]], trouble: Exception | None = None) -> None:
        self._found, self._trouble = found, trouble

    def conclusions(self, patient: str) -> dict[str, bytes]:
        if self._trouble is not None:
            raise self._trouble
        return self._found.get(patient, {})


def pages(files: Files | None) -> FastAPI:
    app = FastAPI()
    add_pages(app, load_pack("lan_2021"), lambda: files)
    return app


def get(app: FastAPI, path: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return await client.get(path)

    return asyncio.run(asked())


class Words(HTMLParser):
    """The text of a page, and the addresses that it loads or links to."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.addresses: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "style", "onclick")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(page: str) -> Words:
    words = Words()
    words.feed(page)
    return words


def test_every_conclusion_is_told() -> None:
    answer = get(pages(Files({"Patient/msc-01": lines("msc-01")})), "/patients/msc-01")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    text = " ".join(" ".join(read(answer.text).text).split())
    assert "Severity of the aplastic anaemia: very severe aplastic anaemia." in text
    assert "neutrophils are severely low met ANC (baseline) 0 x10^9/L on 2013-11-07, below 0.5" in text
    assert "reticulocytes before transfusion are severely low not met ARC (baseline) 32.8 x10^9/L" in text
    assert "Haematological response, day 180 cannot be concluded as of 2018-04-13. Missing: transfusion status" in text
    assert "Outcome vSAA, of 2013-11-07." in text
    assert "Observation/msc-01-marrow-cellularity-marrow/_history/1" in text
    assert "Lan et al., BMC Pediatrics 2021;21:102" in text
    assert answer.text.count("<section") == len(load_pack("lan_2021").conclusions)


def test_a_page_loads_its_own_style_and_nothing_else() -> None:
    app = pages(Files({"Patient/msc-01": lines("msc-01")}))
    words = read(get(app, "/patients/msc-01").text)
    assert sorted(set(words.addresses)) == ["#main", "../static/page.css", "https://doi.org/10.1186/s12887-021-02562-x"]
    assert words.tags.isdisjoint({"script", "img", "iframe", "style", "form"})
    style = get(app, "/static/page.css")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert re.findall(r"url\(|@import", style.text) == []


def test_what_came_from_elsewhere_is_text() -> None:
    mark = "<script>alert(1)</script>\"'&"
    line = msgspec.json.decode(lines("msc-01")["severity"])
    line |= {"evidence": [mark], "missing": [mark], "flags": [mark]}
    line["criteria"][0]["because"] = mark
    page = patient_page(load_pack("lan_2021"), mark, {"severity": msgspec.json.encode(line)})
    assert "script" not in read(page).tags
    assert "".join(read(page).text).count(mark) == 5


def test_what_another_version_of_the_pack_concluded_is_told_as_far_as_it_is_known() -> None:
    line = msgspec.json.decode(lines("msc-01")["severity"])
    line["criteria"][0]["id"] = "another_criterion"
    line["parameters"]["no.longer"] = 3
    found = {"severity": msgspec.json.encode(line), "unheard_of": msgspec.json.encode(line | {"conclusion": "unheard_of"})}
    page = patient_page(load_pack("lan_2021"), "msc-01", found)
    assert "another criterion" in page
    assert page.count("<section") == 1


@pytest.mark.parametrize("identity", ["nobody", "a%20b", "x" * 65, "%3Cscript%3E"])
def test_of_who_is_not_known_nothing_is_said(identity: str) -> None:
    answer = get(pages(Files({"Patient/msc-01": lines("msc-01")})), f"/patients/{identity}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "No patient of this id has been evaluated here." in answer.text
    assert identity[:8] not in answer.text


def test_without_a_store_there_is_nobody() -> None:
    assert get(pages(None), "/patients/msc-01").status_code == 404


def test_a_database_that_does_not_answer_is_asked_again() -> None:
    answer = get(pages(Files({}, StoreUnavailable("locked"))), "/patients/msc-01")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "The database does not answer." in answer.text
