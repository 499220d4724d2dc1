"""Children of the demonstration in a store, evaluated on a day of their course, and the pages over it."""

import asyncio
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from fastapi import FastAPI

from marrow.packs import load_pack
from marrow.service.pages.listing import add_listing
from marrow.service.pages.patient import add_pages
from marrow.service.pages.setting import Setting
from marrow.service.pages.static_files import add_static_files
from marrow.service.store.store import Store
from marrow.service.turns import Turns
from tests.service.work.children import child
from tests.service.work.world import PLAIN, World

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SERVER = "https://ehr.example/fhir"
_KEPT = TemporaryDirectory()


@cache
def store(day: str, *children: str) -> Store:
    """A store with these children, evaluated on a day; not to be changed, since tests share it."""
    world = World(f"sqlite:///{Path(_KEPT.name) / f'{day}-{len(children)}.db'}", has_server=False)
    world.seconds = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC).timestamp()
    for name in children:
        world.tell(*[world.ehr.put(each) for each in child(name)])
    world.work()
    return world.store


def pages(known: Any, day: str = "2014-03-10", most: int = 8) -> FastAPI:
    """The pages of patients and their list over a store. most: evaluations that may wait."""
    app, pack = FastAPI(), load_pack("lan_2021")
    add_static_files(app)
    add_listing(app, pack, lambda: known, lambda: datetime.fromisoformat(day).toordinal())
    add_pages(app, Setting(pack, lambda: known, Turns(most), PLAIN, SERVER))
    return app


def ask(app: FastAPI, path: str, form: dict[str, str] | None = None) -> httpx.Response:
    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return await (client.get(path) if form is None else client.post(path, data=form))

    return asyncio.run(asked())
