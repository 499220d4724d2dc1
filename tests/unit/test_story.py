"""The story that `make demo-service` plays: each step leads to what it says, whatever day it is played on."""

from datetime import date
from typing import Any

import msgspec
import pytest

from engine.evaluation import Evaluated, Evaluation
from engine.pack.program import Pack
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Intake, Reader
from marrow.demo.story import Scene, Story, load_story, patient_id, scenes
from marrow.evaluation import evaluator
from marrow.packs import load_pack
from marrow.written import resources_of

TODAYS = (date(2026, 11, 21), date(2028, 2, 29), date(2030, 1, 1))
ENCODER = msgspec.json.Encoder(decimal_format="number")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("lan_2021")


@pytest.fixture(scope="module")
def evaluate(pack: Pack) -> Evaluation:
    return Evaluation(pack, evaluator(pack, "plain"))


def evaluated(pack: Pack, evaluate: Evaluation, resources: list[Any], today: date) -> tuple[Evaluated, Intake]:
    reader = Reader(Vocabulary.of(pack.concepts, pack.systems), validation="strict")
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
    reader.read(ENCODER.encode(bundle), "story")
    intake = reader.finish()
    assert intake.issues == ()
    [record] = intake.records
    return evaluate(record, today.toordinal()), intake


def played(today: date) -> list[Scene]:
    return list(scenes(load_story(), today))


@pytest.mark.parametrize("today", TODAYS, ids=str)
def test_every_step_leads_to_what_it_says(pack: Pack, evaluate: Evaluation, today: date) -> None:
    record: dict[str, Any] = {}
    for scene in played(today):
        record |= {f"{one.resource['resourceType']}/{one.resource['id']}": one.resource for one in scene.written}
        found, intake = evaluated(pack, evaluate, list(record.values()), today)
        outcomes = {each.name: each.outcome for each in found.conclusions}
        written = [one for one in resources_of(pack, found, intake) if one["resourceType"] == "Condition"]
        stands = {one["code"]["text"]: one["clinicalStatus"]["coding"][0]["code"] for one in written}
        assert {name: outcomes[name] for name in scene.step.concludes} == scene.step.concludes, scene.step.says
        assert stands == scene.step.stands, scene.step.says


def test_the_story_is_over_by_the_day_on_which_it_is_played() -> None:
    days = [scene.day for scene in played(TODAYS[0])]
    assert days == sorted(days)
    assert days[-1] < TODAYS[0]
    assert (days[-1] - days[0]) == (played(TODAYS[1])[-1].day - played(TODAYS[1])[0].day)


def test_everything_is_of_one_child_and_marked_as_test_data() -> None:
    reference = f"Patient/{patient_id(load_story())}"
    for scene in played(TODAYS[0]):
        for one in scene.written:
            resource = one.resource
            owner = f"Patient/{resource['id']}" if resource["resourceType"] == "Patient" else resource["subject"]["reference"]
            assert owner == reference
            assert resource["meta"]["security"][0]["code"] == "HTEST"


def test_a_value_is_put_right_under_its_own_id() -> None:
    """What is amended or retracted is a version of what was measured; everything else is written once."""
    seen: dict[str, Any] = {}
    for scene in played(TODAYS[0]):
        for one in scene.written:
            name = f"{one.resource['resourceType']}/{one.resource['id']}"
            assert (name in seen) == (one.resource.get("status") in ("amended", "entered-in-error")), name
            if name in seen:
                assert one.resource["effectiveDateTime"] == seen[name]["effectiveDateTime"]
                assert one.resource["code"] == seen[name]["code"]
            seen[name] = one.resource


def test_the_story_tells_of_a_correction_an_error_and_a_death_of_the_service() -> None:
    steps = load_story().steps
    assert any(step.amends for step in steps)
    assert any(step.retracts and not step.stands for step in steps)
    [(number, killed)] = [(number, step.killed_after) for number, step in enumerate(steps) if step.killed_after is not None]
    assert 0 < killed < len(played(TODAYS[0])[number].written)
    assert steps[number].stands != steps[number - 1].stands


CHILD = '"child": {"name": "A", "sex": "female", "born": 1, "weight_kg": "1"}'
WRONG = {
    "a misspelt name": (f'{{"days_ago": 1, {CHILD}, "step": []}}', "step"),
    "a step that says nothing of what follows": (
        f'{{"days_ago": 1, {CHILD}, "steps": [{{"day": 1, "says": "."}}]}}',
        "concludes",
    ),
}


@pytest.mark.parametrize(("text", "named"), WRONG.values(), ids=WRONG)
def test_a_story_that_is_written_wrongly_is_refused(text: str, named: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=named):
        msgspec.yaml.decode(text, type=Story)


def test_a_value_that_was_not_measured_before_cannot_be_amended() -> None:
    story = load_story()
    broken = msgspec.structs.replace(story, steps=tuple(step for step in story.steps if not step.admits))
    with pytest.raises(KeyError):
        list(scenes(broken, TODAYS[0]))
