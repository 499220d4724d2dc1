"""`GET /review`: the living specification of the pack in use, built once, in a process of its own, when it is first asked for."""

import asyncio
import os
import re
import signal
import sys
from html import unescape
from subprocess import DEVNULL, PIPE, Popen

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from engine.pack.program import Pack
from marrow.service.pages.rendering import Message, answers, here, message
from marrow.service.work.calls import aside

LOG = structlog.get_logger("marrow.service.pages")
_SOON = Message(
    202, "The rules are being put together",
    "Every scenario of the rules is run, which takes some minutes, once. Load this page again later.", {"Retry-After": "15"},
)  # fmt: skip
_NOT = Message(500, "The rules cannot be shown", "They could not be put together here. The service's log says where it failed.")
_POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')
_NOTHING = "default-src 'none'"
_ANSWERS = answers("the rules of the pack, for people", _202="they are being put together", _500="they cannot be put together")


def add_review(app: FastAPI, pack: Pack, name: str) -> None:
    """The route. name: of the pack, or its folder."""
    building = Building(name)

    @app.get("/review", summary="The rules, for clinicians", response_class=HTMLResponse, responses=_ANSWERS)
    async def review(request: Request) -> Response:
        if building.has_failed:
            return message(pack, here(request), _NOT)
        if building.page is None:
            building.begin()
            return message(pack, here(request), _SOON)
        return HTMLResponse(building.page, headers={"content-security-policy": building.policy})


class Building:
    """One page, built once. page: None until it is there; policy: what it may load, as it says itself."""

    def __init__(self, pack: str) -> None:
        self._pack = pack
        self._task: asyncio.Task[None] | None = None
        self.page: str | None = None
        self.policy = ""
        self.has_failed = False

    def begin(self) -> None:
        """Begin to build, where that has not begun."""
        if self._task is None:
            self._task = asyncio.create_task(self._build())

    async def _build(self) -> None:
        command = (sys.executable, "-m", __spec__.name, self._pack)
        # not asyncio's own: where it is cancelled while it begins, it waits for the process to end
        running = Popen(command, stdout=PIPE, stderr=DEVNULL, start_new_session=True)  # noqa: ASYNC220, S603
        try:
            said, _ = await aside(running.communicate)
        finally:
            if running.poll() is None:  # the service stops
                os.killpg(running.pid, signal.SIGKILL)
        if running.returncode:
            LOG.error("the rules cannot be put together", code=f"exit {running.returncode}")
            self.has_failed = True
        else:
            self.take(said.decode("utf-8"))

    def take(self, page: str) -> None:
        """The page is there."""
        said = _POLICY.search(page)
        self.policy = f"{unescape(said[1]) if said else _NOTHING}; frame-ancestors 'none'"
        self.page = page


def built(pack: str) -> str:
    """The page of a pack by name or folder; runs in a process of its own."""
    from marrow.review.mutation.record import mutants
    from marrow.review.page import page
    from marrow.review.site import review

    return page(review(pack, jobs=1, quiet=True, mutants=mutants(pack)))


if __name__ == "__main__":
    sys.stdout.buffer.write(built(sys.argv[1]).encode("utf-8"))
