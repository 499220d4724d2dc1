"""One process sweeps at a time, when it is wanted or has not been for long, and nothing that is wanted is forgotten."""

import pytest

from marrow.service.store.store import Store
from tests.service.store.telling import ANN, BOB, NOW

EVERY, WHOLE = 100.0, 1000.0


def claim(store: Store, now: float = NOW, who: object = ANN, source: str = "emr") -> str:
    return store.claim_sweep(ANN if who is ANN else BOB, source, now, EVERY, WHOLE)


@pytest.fixture
def swept(store: Store) -> Store:
    """A store whose source was swept whole just now."""
    assert claim(store) == "whole"
    assert store.finish_sweep(ANN, "emr", NOW, whole=True)
    return store


def test_what_was_never_swept_is_swept_whole(swept: Store) -> None:
    assert claim(swept) == "none"
    assert claim(swept, source="lab") == "whole"


def test_what_was_not_swept_for_long_is_due(swept: Store) -> None:
    assert claim(swept, NOW + EVERY - 1) == "none"
    assert claim(swept, NOW + EVERY) == "changes"
    swept.finish_sweep(ANN, "emr", NOW + EVERY, whole=False)
    assert claim(swept, NOW + WHOLE) == "whole"


def test_times_in_the_future_are_long_ago(swept: Store) -> None:
    assert claim(swept, NOW - 1) == "whole"


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_wanted_is_due(swept: Store, whole: bool) -> None:
    swept.want_sweep("emr", whole, NOW)
    swept.want_sweep("emr", False, NOW)  # does not make less of it
    assert claim(swept) == ("whole" if whole else "changes")
    swept.finish_sweep(ANN, "emr", NOW, whole=whole)
    assert claim(swept) == "none"


def test_what_is_wanted_during_a_sweep_is_due_after_it(swept: Store) -> None:
    swept.want_sweep("emr", False, NOW)
    assert claim(swept) == "changes"
    swept.want_sweep("emr", False, NOW)
    assert claim(swept, who=BOB) == "none"
    swept.finish_sweep(ANN, "emr", NOW, whole=False)
    assert claim(swept) == "changes"


def test_a_sweep_that_never_came_to_its_end_is_due_again(swept: Store) -> None:
    swept.want_sweep("emr", True, NOW)
    assert claim(swept) == "whole"
    assert claim(swept, NOW + 59, BOB) == "none"
    assert swept.renew_sweep(ANN, "emr", NOW + 50)
    assert claim(swept, NOW + 60, BOB) == "none"
    assert claim(swept, NOW + 110, BOB) == "whole"
    assert not swept.finish_sweep(ANN, "emr", NOW + 111, whole=True)
    assert not swept.renew_sweep(ANN, "emr", NOW + 111)
    assert swept.finish_sweep(BOB, "emr", NOW + 112, whole=True)


def test_a_watermark_is_of_a_source_and_a_kind(store: Store) -> None:
    assert store.watermark("emr", "Observation") is None
    store.set_watermark("emr", "Observation", NOW)
    store.set_watermark("emr", "Observation", NOW - 5)
    store.set_watermark("emr", "Patient", NOW + 1)
    assert (store.watermark("emr", "Observation"), store.watermark("emr", "Patient")) == (NOW - 5, NOW + 1)
    assert store.watermark("lab", "Patient") is None
