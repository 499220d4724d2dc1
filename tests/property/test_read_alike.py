"""Observations that say the same to the byte are read once; each comes to what reading it in full comes to, however dirty."""

import copy
from collections.abc import Iterable
from functools import cache
from itertools import product
from random import Random

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from marrow.demo.cohort import bundles
from tests.property.spelling import NAMES, VALUES, Json, edited, plain, spelt
from tests.property.two_readings import fast, full, joined, passed, told, vocabulary

CHANCE = st.randoms(use_true_random=False)


@cache
def observations() -> list[Json]:
    """Those of a few children, as R4 and as R5. Shared: copy before changing."""
    charts = [bundle for release in ("R4", "R5") for stem, bundle in bundles(release) if stem in ("msc-01", "ctl-02")]
    each = [entry["resource"] for chart in charts for entry in chart["entry"]]
    return [one for one in each if one["resourceType"] == "Observation"]


SUBJECTS: tuple[Json, ...] = (
    {"reference": "Patient/p1"}, {"reference": "Patient/p2"}, {"reference": "https://x.example/fhir/Patient/p2/_history/3"},
    {"reference": "Group/g"}, {"reference": "#p"}, {"reference": "Patient/p1", "type": "Group"}, {"display": "somebody"},
)  # fmt: skip
DAYS = ("2014-03-08T08:10:00+08:00", "2014-03-08", "2014-03", "2014-03-09T23:10:00.250Z", "2014-13-01")
METAS: tuple[Json, ...] = (
    {}, {"versionId": "1"}, {"versionId": "2"}, {"versionId": "W/\"3\""}, {"lastUpdated": "2014-03-08T08:10:00Z"},
    {"profile": ["http://hl7.org/fhir/5.0/StructureDefinition/Observation"]},
    {"profile": ["http://hl7.org/fhir/StructureDefinition/bp|4.3.0"]}, {"profile": [None]}, {"profile": "x"},
)  # fmt: skip


def of_somebody_else(one: Json, chance: Random, number: int) -> Json:
    """The same said of another patient, on another day, in another version: all that what is remembered does not hold."""
    others = {"subject": SUBJECTS, "effectiveDateTime": DAYS, "meta": METAS}
    drawn = {name: chance.choice(values) for name, values in others.items() if chance.choice((True, False))}
    return one | drawn | {"id": f"o{number}"}


def asked_for(texts: Iterable[str]) -> list[bytes]:
    """Without what is passed over: of that tests/property/test_passing_over.py speaks."""
    known = vocabulary()
    return [text.encode() for text in texts if not passed(known, text.encode())]


def twice(one: Json, chance: Random) -> str:
    """One member stands twice, which is refused."""
    name = chance.choice(sorted(one))
    return f"{plain(one)[:-1]},{plain({name: one[name]})[1:]}"


@settings(max_examples=400)
@given(chance=CHANCE, edits=st.integers(0, 3), times=st.integers(2, 4))
def test_what_is_remembered_is_what_reading_it_says(chance: Random, edits: int, times: int) -> None:
    """One Observation, changed a little each time, of one and another, written in one way and another."""
    one = copy.deepcopy(chance.choice(observations()))
    each: list[Json] = []
    for number in range(times):
        each.append(of_somebody_else(one, chance, number))
        for _ in range(edits):
            one = edited(copy.deepcopy(one), chance)
        each.append(of_somebody_else(one, chance, number + times))
    write = [plain, plain, lambda value: spelt(value, chance, noise=1), lambda value: twice(value, chance)]
    texts = asked_for(chance.choice(write)(one) for one in each)
    data = joined([*texts, *texts])
    note(data.decode())
    assert told(fast(vocabulary(), data)) == told(full(vocabulary(), data))


def test_each_real_observation_after_all_the_others_is_read_as_if_it_came_alone() -> None:
    """Of two patients each, so that the second comes to what is remembered."""
    texts = [plain(one | {"id": f"o{number}"}) for number, one in enumerate(observations())]
    both = [text.replace("Patient/", f"Patient/{letter}-") for letter in "ab" for text in texts]
    data = joined(text.replace('"id":"o', f'"id":"{number}-').encode() for number, text in enumerate(both))
    assert told(fast(vocabulary(), data)) == told(full(vocabulary(), data))


def test_no_element_that_an_observation_may_have_as_well_is_overlooked() -> None:
    """A number and an answer, each with every element and every value that it may have, after what is remembered of it."""
    number, answer = (next(one for one in observations() if name in one) for name in ("valueQuantity", "valueCodeableConcept"))
    more = [one | {name: value} for one in (number, answer) for name, value in product(NAMES, VALUES) if name != "id"]
    each = [number, answer, *(one | {"id": f"o{place}"} for place, one in enumerate(more))]
    data = joined(asked_for(map(plain, each)))
    assert told(fast(vocabulary(), data)) == told(full(vocabulary(), data))


@pytest.mark.parametrize("name", ["bodyStructure", "instantiatesCanonical", "instantiatesReference", "triggeredBy"])
def test_what_shows_the_release_is_not_overlooked(name: str) -> None:
    number = next(one for one in observations() if "valueQuantity" in one)
    data = joined(plain(one).encode() for one in (number, number | {"id": "other", name: {"display": "x"}}))
    found = told(full(vocabulary(), data))
    assert found["releases"][0] == "R5"
    assert told(fast(vocabulary(), data)) == found
