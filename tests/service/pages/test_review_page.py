"""The rules at /review: put together once, aside, with the policy that the page itself asks for."""

import asyncio

from fastapi import FastAPI

from marrow.packs import load_pack
from marrow.service.pages.review import Building, add_review
from tests.service.pages.concluded import ask

PAGE = (
    """<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; script-src 'sha256-x='"><title>t</title>"""
)


def test_the_page_says_what_it_may_load_and_nobody_may_frame_it() -> None:
    building = Building("lan_2021")
    building.take(PAGE)
    assert building.policy == "default-src 'none'; script-src 'sha256-x='; frame-ancestors 'none'"
    building.take("<title>t</title>")
    assert building.policy == "default-src 'none'; frame-ancestors 'none'"


def test_until_it_is_put_together_it_is_said() -> None:
    app = FastAPI()
    add_review(app, load_pack("lan_2021"), "lan_2021")
    answer = ask(app, "/review")
    assert (answer.status_code, answer.headers["retry-after"]) == (202, "15")
    assert "The rules are being put together" in answer.text


def test_a_pack_of_which_there_is_no_page_costs_no_service() -> None:
    async def failed() -> bool:
        building = Building("there-is-no-such-pack")
        building.begin()
        assert building._task is not None
        await building._task
        return building.has_failed and building.page is None

    assert asyncio.run(failed())
