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
def serving(folder: Path, children: Sequence[str], port: int, **settings: Any) -> Iterator[Serving]:
    """The service on a port, with these children evaluated as of today."""
    made = Settings(database_url=f"sqlite:///{folder / 'marrow.db'}", public_url=f"http://127.0.0.1:{port}", **settings)  # type: ignore[arg-type]
    store = open_store(made)
    config = uvicorn.Config(application(made, PLAIN, store), port=port, log_config=None, access_log=False, lifespan="on")
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
