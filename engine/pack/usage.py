"""What a compiled pack makes use of, item by item: everything that leads from its conclusions down to codes."""

from collections.abc import Iterator

from pydantic import BaseModel

from engine.pack.draft import Draft, Place
from engine.pack.names import named
from engine.pack.program import Pack

_SECTIONS = {
    "concepts": ("concepts",),
    "terms": ("concepts",),
    "anchors": ("anchors",),
    "days": ("anchors",),
    "windows": ("windows", "moving_windows"),
    "tables": ("tables",),
    "systems": ("systems",),
}
"""Where what is named as a kind may stand; measures and criteria are used when they are bound."""


def used_items(pack: Pack, draft: Draft) -> set[Place]:
    """Section and name of everything that some conclusion, the emission or the statistics need."""
    found: set[Place] = {("conclusions", rule.base) for rule in pack.conclusions.values()}
    found |= {("measures", measure.base) for measure in pack.measures.values()}
    found |= {("criteria", criterion.base) for criterion in pack.criteria.values()}
    found |= {("parameters", name) for rule in pack.conclusions.values() for name in rule.parameters}
    found |= {("parameters", name) for name in pack.computed_with}
    found |= {("parameters", name) for name, one in pack.parameters.items() if one.spec.used_by == "statistics"}
    open_ = [*found, *(("concepts", name) for name, spec in pack.concepts.items() if spec.used_by == "statistics")]
    open_ += [(section, name) for measure in pack.measures.values() for section, name in _windows(draft, measure.window)]
    open_ += [
        ("systems", coding.system) for spec in pack.emission.conditions for out in spec.outcomes.values() for coding in out.code
    ]
    open_ += [("concepts", name) for hook in pack.hooks.values() for name in hook.orders]
    while open_:
        place = open_.pop()
        found.add(place)
        found |= {("parameters", name) for name in draft.used.get(place, ())}
        open_ += [other for other in _named(draft, place) if other not in found]
    return found


def _windows(draft: Draft, name: str | None) -> Iterator[Place]:
    return ((section, name) for section in ("windows", "moving_windows") if name is not None and name in draft.items[section])


def _named(draft: Draft, place: Place) -> Iterator[Place]:
    spec = draft.items.get(place[0], {}).get(place[1])
    if not isinstance(spec, BaseModel):
        return
    for kind, name in named(spec):
        if kind == "windows" and place[0] == "measures":
            continue  # a measure may be readable in more windows than anyone asks for
        for section in _SECTIONS.get(kind, ()):
            if name in draft.items.get(section, {}):
                yield section, name
