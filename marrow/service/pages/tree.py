"""How a conclusion was reached, as a tree: its outcomes in order, and below each every criterion down to the values."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.describe import describe, measure_text
from engine.explain import value_text
from engine.open import truth_of
from engine.pack.expression import AtLeast, Compare, Constant, Every, Expression, Named, Not, Some, walk
from engine.pack.program import ConclusionRule
from engine.truth import WORDS
from marrow.service.pages.case import Case

_PARAMETER = re.compile(r" \([a-z_]+(\.[a-z_0-9]+)+\)")
"""The name of a parameter, which says nothing to a reader of a page."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One part. status: `met`, `not_met` or `unknown`. how: in which way its parts decide it; because: the values it rests on.

    seen: whether its parts stand further up already.
    """

    label: str
    status: str
    how: str = ""
    because: tuple[str, ...] = ()
    parts: tuple["Branch", ...] = ()
    seen: bool = False


def tree(case: Case, rule: ConclusionRule) -> tuple[Branch, ...]:
    """Whether it is asked at all, then each outcome; the first that is met, while all before it are not, is concluded."""
    return tuple(_Planting(case).conclusion(rule))


class _Planting:
    """One tree; a criterion that comes again is not laid out again."""

    def __init__(self, case: Case) -> None:
        self._case, self._values = case, case.values
        self._seen: set[str] = set()

    def conclusion(self, rule: ConclusionRule) -> Iterator[Branch]:
        if rule.applies is not None:
            yield self._titled("It is asked of this patient", rule.applies)
        is_found = False
        for place, outcome in enumerate(rule.outcomes, start=1):
            label = f"{place}. {outcome.label}"
            if is_found:
                yield Branch(label, "not_met", "an outcome before it is met")
            elif outcome.when is None:
                yield Branch(label, WORDS[self._otherwise(rule)], "otherwise")
            else:
                yield self._titled(label, outcome.when)
                is_found = self._truth(outcome.when) is True

    def _otherwise(self, rule: ConclusionRule) -> bool | None:
        """Whether none of the others holds."""
        truths = [self._truth(outcome.when) for outcome in rule.outcomes if outcome.when is not None]
        return False if True in truths else None if None in truths else True

    def _titled(self, label: str, node: Expression) -> Branch:
        """A branch with a name: what stands below it is what it is made of."""
        found = self._branch(node)
        if found.seen:
            return Branch(label, found.status, "", (), (found,))
        return Branch(
            label,
            found.status,
            found.how,
            found.because or ((found.label,) if not found.parts and found.label else ()),
            found.parts,
        )

    def _branch(self, node: Expression) -> Branch:
        pack = self._case.pack
        status = WORDS[self._truth(node)]
        match node:
            case Named(criterion):
                label = pack.criteria[criterion].label
                if criterion in self._seen:
                    return Branch(label, status, seen=True)
                self._seen.add(criterion)
                inner = self._branch(pack.criteria[criterion].expression)
                if inner.parts:
                    return Branch(label, status, inner.how, (), inner.parts)
                return Branch(label, status, f"when {inner.label}" if inner.label else "", inner.because)
            case Every((Compare(measure, "at_least", _), Compare(other, "at_most", _))) if measure == other:
                return self._leaf(node, status)
            case Every(parts):
                return self._several("all of", status, [part for part in parts if _decided(part) is not True])
            case Some(parts):
                return self._several("any of", status, [part for part in parts if _decided(part) is not False])
            case AtLeast(least, parts):
                return Branch("", status, f"at least {least} of", (), tuple(map(self._branch, parts)))
            case Not(part):
                return Branch("", status, "not", (), (self._branch(part),))
            case _:
                return self._leaf(node, status)

    def _several(self, how: str, status: str, parts: list[Expression]) -> Branch:
        """A combination without what parameters have settled; one part alone stands for it."""
        if len(parts) == 1:
            return self._branch(parts[0])
        return Branch(
            "" if parts else "by the parameters in force", status, how if parts else "", (), tuple(map(self._branch, parts))
        )

    def _leaf(self, node: Expression, status: str) -> Branch:
        """A test: what it asks for, and the value that it was asked of."""
        pack = self._case.pack
        words = _PARAMETER.sub("", describe(pack, node)[0])
        if isinstance(node, Constant):
            return Branch(words, status)
        names = dict.fromkeys(each.measure for each in walk(node) if hasattr(each, "measure"))
        return Branch(words, status, "", tuple(self._value(name) for name in names))

    def _value(self, name: str) -> str:
        """The value of a measure that stands beside its name already."""
        told = value_text(self._case.pack, name, self._case.evaluated.snapshot)
        return told.removeprefix(measure_text(self._case.pack, name)).removeprefix(":").strip()

    def _truth(self, node: Expression) -> bool | None:
        return truth_of(self._case.pack, node, self._values)


def size(branches: Sequence[Branch]) -> int:
    """How many lines a tree has."""
    return sum(1 + size(one.parts) for one in branches)


def _decided(node: Expression) -> bool | None:
    """What parameters alone have settled; None where a value is asked for."""
    match node:
        case Constant(value):
            return value
        case Not(part):
            inner = _decided(part)
            return None if inner is None else not inner
        case Every(parts):
            told = [_decided(part) for part in parts]
            return False if False in told else True if all(told) else None
        case Some(parts):
            told = [_decided(part) for part in parts]
            return True if True in told else False if told and not any(one is None for one in told) else None
        case _:
            return None
