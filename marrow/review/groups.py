"""The rules by conclusion, as a reader of the source would look for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.pack.program import Pack
from marrow.review.made_of import made_of
from marrow.review.rules import Rule


@dataclass(frozen=True, slots=True)
class Group:
    """A conclusion and the criteria that it speaks of, in this order; or the criteria that are left."""

    name: str
    label: str
    rules: tuple[Rule, ...]


def grouped(pack: Pack, rules: Mapping[str, Rule]) -> list[Group]:
    """Conclusions in the order in which the source speaks of them; a criterion stands with the narrowest one that needs it."""
    places = {name: place for place, name in enumerate(pack.statements)}
    drawn = [rule for rule in rules.values() if rule.is_conclusion]
    needs = {rule.id: list(dict.fromkeys(pack.criteria[name].base for name in made_of(pack, rule).criteria)) for rule in drawn}
    homes: dict[str, str] = {}
    for rule in sorted(drawn, key=lambda rule: len(needs[rule.id])):
        for base in needs[rule.id]:
            homes.setdefault(base, rule.id)
    drawn.sort(key=lambda rule: min((places[name] for name in rule.source if name in places), default=len(places)))
    groups = []
    for rule in drawn:
        own = [rules[f"criteria.{base}"] for base in needs[rule.id] if homes[base] == rule.id]
        groups.append(Group(rule.base, rule.label, (rule, *own)))
    left = tuple(rule for rule in rules.values() if not rule.is_conclusion and rule.base not in homes)
    return [*groups, *([Group("others", "criteria of other uses", left)] if left else [])]
