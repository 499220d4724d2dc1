"""A mistake in an option that a parameter does not choose cannot show, and is not looked for there."""

import pytest

from engine.pack.load import Reading, read
from marrow.review.mutation.force import in_force
from marrow.review.mutation.generate import Written, mistakes
from tests.sound_pack import SOUND


@pytest.fixture(scope="module")
def sound() -> Reading:
    return read(SOUND)


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("criteria.iron_low when.options.strict: below iron.low -> at_most", {}, True),
        ("criteria.iron_low when.options.strict: below iron.low -> at_most", {"iron.reading": "strict"}, True),
        ("criteria.iron_low when.options.strict: below iron.low -> at_most", {"iron.reading": "lenient"}, False),
        ("criteria.iron_low when.options.lenient: below 40 ug/L -> at_most", {}, False),
        ("criteria.iron_low when.options.lenient: below 40 ug/L -> at_most", {"iron.reading": "lenient"}, True),
        ("iron.low: 30 -> 30.1", {}, True),
        ("iron.low: 30 -> 30.1", {"iron.reading": "lenient"}, True),
        ("iron.low: 30 -> 30.1", {"iron.low": "30"}, False),
        ("tables.norms: row 1: limit 30 -> 31", {"iron.reading": "lenient"}, True),
    ],
)
def test_where_a_mistake_is_in_force(sound: Reading, name: str, settings: dict[str, str], expected: bool) -> None:
    (mistake,) = [one for one in mistakes(sound) if one.id == name]
    assert in_force(mistake, Written.of(sound), settings) is expected
