"""`marrow serve` in a thread of the tests, with children of the demonstration in its store, for a browser."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Browser, Page

from engine.judgement import Evaluator
from fhir_adapter.notification.call import Limits
from fhir_adapter.notification.read import read_notification
from marrow.service.app import application
from marrow.service.running import open_store
from marrow.service.settings import Settings
from marrow.service.store.store import Store
from marrow.service.work.means import EHR
from tests.service.circle.waiting import until
from tests.service.work.children import child
from tests.service.work.ehr import Ehr
from tests.service.work.world import PLAIN

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {"phone": 390, "desktop": 1440}


@dataclass(frozen=True)
class Serving:
    address: str
    store: Store

    def tell(self, resources: Sequence[dict[str, Any]]) -> None:
        """What a FHIR server would tell; waits until it is worked."""
        ehr = Ehr()
        for one in resources:
            self.store.take_in(EHR, read_notification(ehr.put(one), Limits()), time.time())
        until(lambda: self.store.counts(time.time(), 0), lambda found: not found.waiting)
        until(lambda: self.store.counts(time.time(), _today()), lambda found: not found.due)


def _today() -> int:
    return int(time.time() // 86_400) + 719_163  # the ordinal of 1970-01-01


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def serving(folder: Path, children: Sequence[str], port: int, judge: Evaluator = PLAIN, **settings: Any) -> Iterator[Serving]:
    """The service on a port, with these children evaluated as of today. judge: of the pack, where that is another."""
    made = Settings(database_url=f"sqlite:///{folder / 'marrow.db'}", public_url=f"http://127.0.0.1:{port}", **settings)  # type: ignore[arg-type]
    store = open_store(made)
    config = uvicorn.Config(application(made, judge, store), port=port, log_config=None, access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until(lambda: server.started, bool)
        found = Serving(f"http://127.0.0.1:{port}", store)
        for name in children:
            found.tell(child(name))
        yield found
    finally:
        server.should_exit = True
        thread.join(60)


@contextmanager
def opened(browser: Browser, address: str, width: int = 1440, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what it said to the console or asked of other hosts."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    tab, told = context.new_page(), list[str]()
    tab.on("console", lambda message: told.append(message.text))
    tab.on("pageerror", lambda error: told.append(str(error)))
    host = address.partition("//")[2].partition("/")[0]
    tab.on("request", lambda asked: None if host in asked.url or asked.url.startswith("data:") else told.append(asked.url))
    tab.goto(address)
    yield tab, told
    context.close()


def violations(tab: Page) -> list[str]:
    """What axe finds, with everything unfolded."""
    tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = tab.evaluate("axe.run().then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html)))")
    return found
