"""The rules at /review: put together once, aside; marks of reviewers kept beside the pack, and void when a rule changes."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from marrow.packs import load_pack
from marrow.review.page import policy
from marrow.service.app import application
from marrow.service.login.session import COOKIE, OWNER, Person, Sessions
from marrow.service.pages.building import Building
from marrow.service.settings import Settings, WrongSettings
from tests.review.packs import digests, sound
from tests.service.asking import TOKEN, fault

RULE = "criteria.iron_low"
ADA = Person("Dr Ada", "subject-1")
READER = {"name": "A. Reader", "role": "haematologist", "date": "2001-01-01"}


def service(folder: str, **settings: Any) -> FastAPI:
    return application(Settings(pack=folder, **settings))


def sent(folder: str, said: str = "agreed", **other: Any) -> bytes:
    pack = load_pack(folder)
    mark = {"rule": RULE, "digest": digests(folder)[RULE], "mark": said, **READER, **other}
    return json.dumps({"pack": pack.name, "version": pack.version, "marks": [mark]}).encode()


def asking(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


def post(app: FastAPI, content: bytes, **headers: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        async with asking(app) as client:
            return await client.post("/review/marks", content=content, headers={"content-type": "application/json", **headers})

    return asyncio.run(asked())


def shown(app: FastAPI, **headers: str) -> httpx.Response:
    """The page, when it is there."""

    async def asked() -> httpx.Response:
        async with asking(app) as client:
            async with asyncio.timeout(300):
                answer = await client.get("/review", headers=headers)
                while answer.status_code == 202:  # another process puts it together
                    await asyncio.sleep(0.05)
                    answer = await client.get("/review", headers=headers)
            return answer

    return asyncio.run(asked())


def signed_in(person: Person, **settings: Any) -> dict[str, str]:
    made = Settings(**settings)
    return {"cookie": f"{COOKIE}={Sessions(made).sealed(person, 4e9)}"}


def kept(folder: Path | str) -> list[dict[str, Any]]:
    path = Path(folder) / "review.json"
    marks: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["marks"] if path.exists() else []
    return marks


# --- the page ---


def test_until_it_is_put_together_it_is_said(tmp_path: Path) -> None:
    async def first() -> httpx.Response:
        async with asking(service(sound(tmp_path))) as client:
            return await client.get("/review")

    answer = asyncio.run(first())
    assert (answer.status_code, answer.headers["retry-after"], answer.headers["refresh"]) == (202, "5", "5")
    assert "The rules are being put together" in answer.text


def test_the_page_may_load_its_own_and_nobody_may_frame_it(tmp_path: Path) -> None:
    answer = shown(service(sound(tmp_path)))
    assert answer.headers["content-security-policy"] == f"{policy(is_served=True)}; frame-ancestors 'none'"
    assert "connect-src 'self'; form-action 'self'" in policy(is_served=True)
    assert "connect-src 'none'; form-action 'none'" in policy()
    assert '<a href="./">Patients</a>' in answer.text
    assert '"post": "review/marks"' in answer.text
    assert 'id="open"' not in answer.text


def test_a_pack_of_which_there_is_no_page_costs_no_service() -> None:
    async def failed() -> bool:
        building = Building("there-is-no-such-pack")
        await building.build()
        return building.has_failed and building.site is None

    assert asyncio.run(failed())


# --- marks ---


def test_a_mark_is_kept_beside_the_pack_and_shown_and_void_after_a_change(tmp_path: Path) -> None:
    folder = sound(tmp_path)
    answer = post(service(folder), sent(folder, comment="as printed"))
    assert answer.status_code == 200
    (mark,) = answer.json()["marks"]
    assert (mark["rule"], mark["mark"], mark["comment"], mark["name"], mark["role"]) == (
        RULE, "agreed", "as printed", "A. Reader", "haematologist",
    )  # fmt: skip
    assert mark["date"] > READER["date"], "dated by the service"
    assert kept(folder) == [mark]
    page = shown(service(folder)).text
    assert "A. Reader, haematologist" in page
    assert '<span class="chip agreed">Agreed</span> A. Reader' in page

    sound(tmp_path, {"default: 30": "default: 31"})
    changed = shown(service(folder)).text
    assert '<span class="chip void">Signature void</span> A. Reader' in changed
    assert "agreed, for the rule as it was then; it has changed since" in changed


def test_a_page_that_is_there_shows_marks_that_came_later(tmp_path: Path) -> None:
    folder = sound(tmp_path)
    app = service(folder)
    assert "A. Reader" not in shown(app).text
    post(app, sent(folder, "wrong"))
    assert '<span class="chip wrong">Wrong</span> A. Reader' in shown(app).text


def test_marks_of_several_reviewers_come_together(tmp_path: Path) -> None:
    folder = sound(tmp_path)
    post(service(folder), sent(folder, name="B. Reader", mark="questioned"))
    answer = post(service(folder), sent(folder))
    assert [(one["name"], one["mark"]) for one in answer.json()["marks"]] == [
        ("B. Reader", "questioned"),
        ("A. Reader", "agreed"),
    ]


def test_who_signed_in_signs_with_that_name(tmp_path: Path) -> None:
    folder = sound(tmp_path)
    known = {"oidc_issuer": "https://login.example", "oidc_client_id": "marrow", "public_url": "http://localhost"}
    settings = {"session_key": "k" * 32, "session_seconds": 604_800, **known}
    cookie = signed_in(ADA, **settings)
    app = service(folder, **settings)
    assert post(app, sent(folder, name="Somebody Else"), **cookie).json()["marks"][0]["name"] == "Dr Ada"
    page = shown(app, **cookie).text
    assert 'value="Dr Ada" readonly' in page
    assert 'action="./logout"' in page


def test_who_has_the_token_gives_a_name(tmp_path: Path) -> None:
    folder = sound(tmp_path)
    settings = {"api_token": TOKEN, "session_key": "k" * 32}
    app = service(folder, **settings)
    assert post(app, sent(folder), **signed_in(OWNER, **settings)).json()["marks"][0]["name"] == "A. Reader"
    assert post(app, sent(folder, name="B"), authorization=f"Bearer {TOKEN}").json()["marks"][1]["name"] == "B"


def test_who_is_not_let_in_marks_nothing(tmp_path: Path) -> None:
    folder = sound(tmp_path)
    app = service(folder, api_token=TOKEN)
    assert fault(post(app, sent(folder)))[:2] == (401, "login")
    assert fault(post(app, sent(folder), cookie=f"{COOKIE}=made-up"))[:2] == (401, "login")
    assert fault(post(app, sent(folder), accept="text/html"))[:2] == (401, "login")
    assert kept(folder) == []


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}, {"content-type": "text/plain"}]
)
def test_a_page_of_another_site_marks_nothing(tmp_path: Path, headers: dict[str, str]) -> None:
    folder = sound(tmp_path)
    answer = post(service(folder), sent(folder), **headers)
    assert fault(answer)[:2] == ((415, "not-supported") if "content-type" in headers else (403, "forbidden"))
    assert kept(folder) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"digest": "sha256:" + "0" * 64}, (409, "conflict")),
        ({"rule": "criteria.gone"}, (409, "conflict")),
        ({"mark": "maybe"}, (422, "processing")),
        ({"name": ""}, (422, "processing")),
        ({"more": 1}, (422, "processing")),
        ({"comment": "x" * 4001}, (422, "processing")),
    ],
)
def test_what_is_no_mark_of_a_rule_as_it_is_is_refused_in_words(
    tmp_path: Path, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    folder = sound(tmp_path)
    status, code, says = fault(post(service(folder), sent(folder, **changes)))
    assert (status, code) == expected
    assert len(says) > 20
    assert "criteria.gone" not in says
    assert kept(folder) == []


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"[" * 100_000, b'{"pack":"other","version":"1","marks":[]}', b"\xff"])
def test_what_is_no_review_is_refused(tmp_path: Path, body: bytes) -> None:
    assert fault(post(service(sound(tmp_path)), body))[:2] == (422, "processing")


def test_marks_may_be_kept_in_a_folder_that_is_set(tmp_path: Path) -> None:
    folder, own = sound(tmp_path / "pack"), tmp_path / "marks"
    own.mkdir()
    post(service(folder, review_dir=str(own)), sent(folder))
    assert (len(kept(own)), kept(folder)) == (1, [])
    assert "A. Reader" in shown(service(folder, review_dir=str(own))).text


def test_a_folder_that_cannot_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(WrongSettings, match=r"^MARROW_REVIEW_DIR: there is no such folder"):
        service(sound(tmp_path), review_dir=str(tmp_path / "gone"))


def test_where_no_mark_can_be_kept_the_page_saves_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = sound(tmp_path)
    monkeypatch.setattr(os, "access", lambda *_: False)
    page = shown(service(folder)).text
    assert '"post": null' in page
    assert 'id="open"' in page


def test_a_file_of_marks_that_is_broken_is_told_and_left(tmp_path: Path) -> None:
    folder = sound(tmp_path)
    (tmp_path / "review.json").write_text("agreed", encoding="utf-8")
    answer = shown(service(folder))
    assert answer.status_code == 500
    assert "not JSON; save the marks again from the review page" in answer.text
    assert fault(post(service(folder), sent(folder)))[:2] == (503, "transient")
    assert (tmp_path / "review.json").read_text("utf-8") == "agreed"
