"""The story of one child: steps at the hospital, each with the resources that are written and what is to follow from them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import msgspec

from marrow.demo.child import Child
from marrow.demo.course import condition
from marrow.demo.findings import measured
from marrow.demo.pieces import Resource, day_name, instant, start
from marrow.demo.plan import Plan, load_plan
from marrow.demo.treatment import doses, transfusion


class Heroine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whose story it is. born: days before day 0."""

    name: str
    sex: str
    born: int
    weight_kg: str


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What happens, in the order of its writing, and what is to follow: outcomes by conclusion, clinical status by Condition.

    killed_after: Marrow dies when so many resources are written, and the others are written while it is dead.
    """

    day: int
    says: str
    time: str = "09:00"
    admits: bool = False
    diagnoses: bool = False
    gives: dict[str, tuple[int, ...]] = {}
    transfuses: dict[str, tuple[int, ...]] = {}
    measures: dict[str, str] = {}
    amends: dict[str, str] = {}
    retracts: tuple[str, ...] = ()
    killed_after: int | None = None
    concludes: dict[str, str]
    stands: dict[str, str]


class Story(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """days_ago: how long before today day 0 was."""

    days_ago: int
    child: Heroine
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A resource that a step writes, and what it says in a word or two."""

    resource: Resource
    says: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A step on its day, with the resources in the order in which they are written."""

    day: date
    step: Step
    written: tuple[Written, ...]


@cache
def load_story() -> Story:
    """The story that lies beside this module."""
    return msgspec.yaml.decode(files(__package__).joinpath("story.yaml").read_bytes(), type=Story)


def scenes(story: Story, today: date) -> Iterator[Scene]:
    """The story as it was by `today`. Raises KeyError for a name that the plan does not have, or a value not yet measured."""
    plan = load_plan()
    child = _child(story, plan, today)
    known: dict[str, Resource] = {}
    for step in story.steps:
        written = tuple(_written(step, story, child, plan, known))
        yield Scene(child.day(step.day), step, written)


def patient_id(story: Story) -> str:
    """The logical id of the child."""
    return story.child.name.lower()


def _child(story: Story, plan: Plan, today: date) -> Child:
    """The child as a row of a cohort, as far as the writers of single resources ask."""
    day_zero = today - timedelta(days=story.days_ago)
    columns = plan.columns
    row = {
        columns.child: story.child.name,
        columns.sex: story.child.sex,
        columns.weight_kg: story.child.weight_kg,
        columns.day_zero: day_zero.isoformat(),
    }
    return Child(0, row, columns)


def _written(step: Step, story: Story, child: Child, plan: Plan, known: dict[str, Resource]) -> Iterator[Written]:
    """known: the newest Observation of each measure so far, which is brought up to date."""
    if step.admits:
        born = child.day(-story.child.born).isoformat()
        patient = start(plan, "Patient", child, "") | {"gender": story.child.sex, "birthDate": born}
        yield Written(patient, f"{story.child.sex}, born {born}")
    if step.diagnoses:
        found = condition(child, plan, "diagnosis", plan.diagnosis, child.day(step.day))
        yield Written(found, plan.diagnosis.display)
    for name, days in step.gives.items():
        yield from (Written(each, name) for day in days for each in doses(child, plan, name, day))
    for name, days in step.transfuses.items():
        yield from (Written(transfusion(child, plan, name, day), name) for day in days)
    taken = instant(plan, child.day(step.day), step.time)
    for name, text in step.measures.items():
        known[name] = measured(plan, child, name, day_name(step.day), taken, text)
        yield Written(known[name], _value(plan, name, text, known[name]))
    for name, text in step.amends.items():
        right = measured(plan, child, name, "", known[name]["effectiveDateTime"], text)
        known[name] = right | {"id": known[name]["id"], "status": "amended"}
        yield Written(known[name], f"{_value(plan, name, text, right)} (amended)")
    for name in step.retracts:
        yield Written(known.pop(name) | {"status": "entered-in-error"}, f"{name} (entered in error)")


def _value(plan: Plan, name: str, text: str, found: Resource) -> str:
    """The value as it was written, a coded one by its display."""
    answer, amount = plan.measures[name].answers.get(text), found.get("valueQuantity")
    said = f"{amount['value']} {amount['unit']}" if amount is not None else text if answer is None else answer.display
    return f"{name} {said}"
