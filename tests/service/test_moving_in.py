"""A service makes the database its pack's, and by other rules than before every patient is evaluated again."""

from dataclasses import replace
from pathlib import Path

import pytest

from marrow.packs import load_pack
from marrow.service.running import move_in, open_store
from marrow.service.settings import Settings, WrongSettings
from tests.service.work.children import child
from tests.service.work.world import PACK, World, sqlite


def test_a_new_version_of_a_pack_is_written_without_an_event(tmp_path: Path) -> None:
    url = sqlite(tmp_path)
    world = World(url)
    world.store.move_in(PACK.name, "old")
    world.tell(*[world.ehr.put(each) for each in child("msc-01")])
    world.work()
    world.store.close()
    newer = World(url, pack=replace(PACK, manifest=PACK.manifest.model_copy(update={"version": "99.0.0"})))
    newer.ehr = world.ehr
    assert newer.served() != newer.batch()
    newer.store.move_in(PACK.name, "new")
    assert newer.work() == (0, 1)
    assert newer.served() == newer.batch() != {}
    assert newer.work() == (0, 0)
    newer.store.close()


def test_the_same_rules_are_no_reason_to_evaluate_and_other_ones_are(tmp_path: Path) -> None:
    settings = Settings(database_url=sqlite(tmp_path))
    world = World(sqlite(tmp_path))
    move_in(settings, world.store, PACK)
    world.tell(*[world.ehr.put(each) for each in child("msc-01")])
    world.work()
    move_in(settings, world.store, PACK)
    assert world.work() == (0, 0)
    move_in(settings.model_copy(update={"fhir_release": "R5"}), world.store, PACK)
    assert world.work() == (0, 1)
    world.store.close()


def test_a_database_of_another_pack_is_not_worked_on(tmp_path: Path) -> None:
    settings = Settings(database_url=sqlite(tmp_path))
    store = open_store(settings)
    store.move_in("another", "1")
    with pytest.raises(WrongSettings, match="MARROW_DATABASE_URL: this database belongs to the pack another"):
        move_in(settings, store, load_pack(settings.pack))
    store.close()
