"""Whether everything that the hooks name is there, and what has to be known of a patient for a conclusion to be drawn."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from engine.pack.draft import Draft
from engine.pack.emitted import UNDRAWN, outcomes_there
from engine.pack.names import named
from engine.pack.parse import suggestion
from engine.pack.program import ConclusionRule, Pack

ORDERED = "MedicationAdministration"
"""The element of the concepts that an order can name: what is ordered is what will be given."""


def check_hooks(draft: Draft, rules: Mapping[str, ConclusionRule]) -> None:
    """Add a fault to the draft for each name that stands for nothing."""
    for service, spec in draft.sound("hooks"):
        for at, card in enumerate(spec.cards):
            for inside, message in outcomes_there(card.conclusion, card.indicators, rules, "indicators", UNDRAWN):
                draft.fault("hooks", service, message, ("cards", at, *inside))
        drugs = [name for name, concept in draft.sound("concepts") if ORDERED in concept.elements]
        for at, name in enumerate(spec.orders):
            if name not in drugs and not draft.is_broken("concepts", name):
                message = f"there is no concept `{name}` of {ORDERED}{suggestion(name, drugs)}"
                draft.fault("hooks", service, message, ("orders", at))


Place = tuple[str, str]


def elements_of(pack: Pack, conclusion: str) -> frozenset[str]:
    """The elements of FHIR (`Observation`, `Patient.birthDate`, `any.date`) that a conclusion can depend on."""
    found: set[str] = set()
    seen: set[Place] = set()
    open_: list[Place] = [("conclusions", conclusion)]
    while open_:
        place = open_.pop()
        if place in seen:
            continue
        seen.add(place)
        if place[0] in ("concepts", "terms") and place[1] in pack.concepts:
            found.update(pack.concepts[place[1]].elements)
        open_ += _behind(pack, *place)
    return frozenset(found)


def _behind(pack: Pack, kind: str, name: str) -> Iterator[Place]:
    """What an item is made of; a name of a kind that holds several is looked for in each."""
    if kind == "conclusions" and name in pack.conclusions:
        rule = pack.conclusions[name]
        yield from (("measures", measure) for measure in rule.measures)
        yield from named(rule.due.spec) if rule.due is not None else ()
    if kind == "criteria" and name in pack.criteria:
        yield from (("measures", measure) for measure in pack.criteria[name].measures)
    if kind in ("measures", "terms", "days") and name in pack.measures:
        measure = pack.measures[name]
        yield from named(measure.spec)
        yield from (("measures", other) for other in measure.needs)
        yield from [("windows", measure.window)] if measure.window is not None else ()
    for spec in _specs(pack, kind, name):
        yield from named(spec)


def _specs(pack: Pack, kind: str, name: str) -> Iterator[BaseModel]:
    if kind in ("concepts", "terms") and name in pack.concepts:
        yield pack.concepts[name]
    if kind in ("anchors", "days") and name in pack.anchors:
        yield pack.anchors[name]
    if kind == "windows" and name in pack.windows:
        yield pack.windows[name]
    if kind == "windows" and name in pack.moving_windows:
        yield pack.moving_windows[name]
