"""What is written is proven valid: every template before it is used, and a sample of each run, the same however it is done."""

import pickle
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from engine.pack.program import Pack
from fhir_adapter.emission import Emission, Emitted
from fhir_adapter.proof import SHARE, NotValid, Sample, prove
from fhir_adapter.releases import RELEASES, Release
from marrow.packs import load_pack
from tests.random_evaluated import FOLDERS, evaluations

KINDS = ("Condition", "Observation", "ResearchSubject", "Provenance")


def written(number: int, kind: str = "Condition", broken: str = "") -> list[Emitted]:
    """Resources with ids spread evenly; the one of the id `broken` has a date that is none."""
    ids = [f"{place * 4096 // number:03x}{place:037x}" for place in range(number)]
    return [Emitted(kind, each, msgspec.json.encode(resource(kind, each, is_sound=each != broken))) for each in ids]


def resource(kind: str, key: str, *, is_sound: bool) -> dict[str, Any]:
    found = {"resourceType": kind, "id": key, "subject": {"reference": "Patient/Adam"}, "clinicalStatus": {"text": "active"}}
    return found if is_sound else {**found, "recordedDate": {"secret": "Adam"}}


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_templates_of_each_pack_are_valid(folder: Path, release: Release) -> None:
    pack = load_pack(str(folder))
    assert prove(pack, release) >= len(pack.emission.conditions)


@pytest.mark.parametrize("release", RELEASES)
def test_a_template_that_is_not_valid_is_named(release: Release) -> None:
    pack = load_pack("lan_2021")
    mute = replace(pack, manifest=pack.manifest.model_copy(update={"title": ""}))
    with pytest.raises(NotValid, match=rf"the template of a ResearchSubject is not valid {release}: ResearchSubject\.study"):
        prove(mute, release)


def sampled(sample: Sample) -> set[str]:
    return {emitted.id for emitted, _ in sample.chosen.values()} | {emitted.id for emitted in sample.first.values()}


def test_the_sample_is_one_in_a_thousand_by_id() -> None:
    sample = Sample()
    sample.take(written(8192), "R4")
    assert sampled(sample) == {each.id for each in written(8192) if each.id < SHARE}
    assert sample.require_valid() == len(sampled(sample)) == 8


@pytest.mark.parametrize("kind", KINDS)
def test_at_least_one_of_each_kind_and_release_is_in_the_sample(kind: str) -> None:
    sample = Sample()
    for release in RELEASES:
        sample.take(written(9, kind)[4:], release)
    assert set(sample.first) == {(kind, release) for release in RELEASES}
    assert {emitted.id for emitted in sample.first.values()} == {written(9)[4].id}


def test_the_sample_does_not_depend_on_order_or_processes() -> None:
    everything = [*written(5000), *written(50, "Observation")]
    alone = Sample()
    alone.take(everything, "R4")
    for seed in range(5):
        random = Random(seed)
        shuffled = random.sample(everything, len(everything))
        cut = random.randrange(len(shuffled))
        first, second = Sample(), Sample()
        first.take(shuffled[:cut], "R4")
        second.take(shuffled[cut:], "R4")
        first.add(pickle.loads(pickle.dumps(second)))
        assert (first.chosen, first.first) == (alone.chosen, alone.first)


def validated(sample: Sample, broken: str) -> int:
    sample.take(written(8192, broken=broken), "R4")
    return sample.require_valid()


@pytest.mark.parametrize(("place", "strict"), [(3, False), (4000, True)], ids=["in the sample", "where all are validated"])
def test_what_is_not_valid_ends_the_run_without_patient_data(place: int, strict: bool) -> None:
    broken = written(8192)[place].id
    with pytest.raises(NotValid, match=r"a Condition is not valid R4: Condition\.recordedDate") as caught:
        validated(Sample(everything=strict), broken)
    assert "Adam" not in str(caught.value)
    assert broken not in str(caught.value)


def test_what_is_not_in_the_sample_is_not_validated() -> None:
    assert validated(Sample(), broken=written(8192)[4000].id) == 8


@pytest.mark.parametrize("release", RELEASES)
def test_all_that_is_written_of_any_patient_is_valid(release: Release) -> None:
    pack: Pack = load_pack("lan_2021")
    emission, strict = Emission(pack), Sample(everything=True)
    for evaluated in evaluations(Random(f"valid {release}"), pack, 10):
        strict.take(emission(evaluated, release), release)
