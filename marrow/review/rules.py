"""The rules of a pack that people review: each criterion and each conclusion once, however many windows it is judged in."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.pack.expression import Expression, Named
from engine.pack.program import ConclusionRule, Criterion, Pack


@dataclass(frozen=True, slots=True)
class Rule:
    """A criterion or a conclusion. id: section and name, as mutants and marks name it; forms: the same in each window."""

    id: str
    label: str
    source: tuple[str, ...]
    forms: tuple[Criterion, ...] | tuple[ConclusionRule, ...]

    @property
    def base(self) -> str:
        return self.id.partition(".")[2]

    @property
    def is_conclusion(self) -> bool:
        return self.id.startswith("conclusions.")

    @property
    def windows(self) -> tuple[str, ...]:
        return tuple(form.window for form in self.forms if form.window is not None)


def rules_of(pack: Pack) -> dict[str, Rule]:
    """Every rule by its id, in the pack's order: criteria, then conclusions."""
    criteria: dict[str, list[Criterion]] = {}
    for criterion in pack.criteria.values():
        criteria.setdefault(criterion.base, []).append(criterion)
    conclusions: dict[str, list[ConclusionRule]] = {}
    for conclusion in pack.conclusions.values():
        conclusions.setdefault(conclusion.base, []).append(conclusion)
    found = [Rule(f"criteria.{base}", forms[0].label, forms[0].source, tuple(forms)) for base, forms in criteria.items()]
    found += [Rule(f"conclusions.{base}", drawn[0].label, drawn[0].source, tuple(drawn)) for base, drawn in conclusions.items()]
    return {rule.id: rule for rule in found}


def roots(pack: Pack, rule: ConclusionRule) -> Iterator[Expression]:
    """The expressions that a conclusion is made of, its outcomes first; those of criteria are not followed."""
    yield from (Named(name) for name in rule.criteria)
    yield from (outcome.when for outcome in rule.outcomes if outcome.when is not None)
    if rule.applies is not None:
        yield rule.applies
    if rule.due is not None and rule.due.settled is not None:
        yield rule.due.settled
    for name in rule.measures:
        scan = pack.measures[name].spec.scan
        if scan is not None:
            yield Named(scan.criterion)
