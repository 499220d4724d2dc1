"""What is written by templates is what the writers make of each patient one by one, to the byte, in every release."""

import json
from pathlib import Path
from random import Random

import pytest

from engine.evaluation import Evaluated
from engine.pack.program import Pack
from fhir_adapter.emission import Emission, Emitted
from fhir_adapter.releases import RELEASES, Release
from fhir_adapter.write import provenance, to_json, write
from marrow.packs import load_pack
from tests.random_evaluated import FOLDERS, children, evaluations


def one_by_one(pack: Pack, evaluated: Evaluated, release: Release) -> list[Emitted]:
    found = write(pack, evaluated, release)
    found += [provenance(pack, evaluated, found, release)] if found else []
    return [Emitted(each["resourceType"], each["id"], to_json(each).encode()) for each in found]


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_resources_of_any_evaluation_are_those_written_one_by_one(folder: Path, release: Release) -> None:
    pack = load_pack(str(folder))
    emission = Emission(pack)
    patients = list(evaluations(Random(f"{folder.name} {release}"), pack, 150))
    for evaluated in (*patients, *patients):
        assert emission(evaluated, release) == one_by_one(pack, evaluated, release)
    if folder.name == "lan_2021":
        found = {each.kind for evaluated in patients for each in emission(evaluated, release)}
        assert found == {"Condition", "ResearchSubject", "Observation", "Provenance"}


@pytest.mark.parametrize("settings", [{}, {"severity.plt_lt": "15", "age.max_years": "12"}], ids=["as it is", "set otherwise"])
def test_resources_of_the_demonstration_are_those_written_one_by_one(settings: dict[str, str]) -> None:
    pack = load_pack("lan_2021", settings)
    emission = Emission(pack)
    for child in children(pack):
        for release in RELEASES:
            found = emission(child, release)
            assert found == one_by_one(pack, child, release)
            assert all(json.loads(each.line)["id"] == each.id for each in found)
