"""The database goes while the server is asked about several changes: that is waited for, and is no fault of Marrow's."""

import asyncio
from typing import Any

import pytest

from fhir_adapter.notification.call import Call
from marrow.service.store.rows import StoreUnavailable
from marrow.service.work.changes import work_changes
from tests.service.work.children import child
from tests.service.work.world import World


def test_it_is_told_as_what_it_is_and_worked_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in child("msc-01"):
        call = world.ehr.put(each)
        if each["resourceType"] == "Observation":  # by its id alone, so that the server has to be asked
            world.tell(Call("PUT", call.path, {}, b""))
    settle = world.store.settle

    def gone(*_: Any) -> None:
        raise StoreUnavailable("the connection to the database was lost")

    monkeypatch.setattr(world.store, "settle", gone)
    with pytest.raises(StoreUnavailable):
        asyncio.run(work_changes(world.means()))
    monkeypatch.setattr(world.store, "settle", settle)
    world.later(seconds=61)
    world.work()
    assert world.served() == world.batch() != {}
