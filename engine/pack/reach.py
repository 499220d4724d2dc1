"""Whether an outcome can ever be reached: an exact search over the regions that the tests of each measure tell apart.

Measures are taken as independent of each other and settings as open, so more is taken to be possible than is: what is reported
as out of reach is proven, and what is not reported may still be.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from engine.interval import Interval
from engine.pack.expression import (
    Among,
    AtLeast,
    Compare,
    Constant,
    Every,
    Expression,
    Known,
    Literal,
    Named,
    Not,
    Some,
    parts_of,
)
from engine.pack.program import ConclusionRule, Criterion
from engine.truth import Truth, conjunction, disjunction, negation, threshold

_STEPS: Final = 50_000
"""Of one search, before an outcome is taken to be possible without proof."""

Case = Mapping[object, Truth]
"""What one region of a measure's values says to each of its tests."""
Wanted = tuple[Expression, bool]


def out_of_reach(criteria: Mapping[str, Criterion], rule: ConclusionRule) -> tuple[int, ...]:
    """The places of the outcomes that can never be the first that is met."""
    applies: list[Wanted] = [] if rule.applies is None else [(rule.applies, True)]
    found: list[int] = []
    before: list[Wanted] = []
    for place, outcome in enumerate(rule.outcomes):
        this: list[Wanted] = [] if outcome.when is None else [(outcome.when, True)]
        if not _Search(criteria, [*applies, *before, *this]).succeeds():
            found.append(place)
        if outcome.when is not None:
            before.append((outcome.when, False))
    return tuple(found)


class _Search:
    """One search for values under which every expression has the truth that is wanted."""

    def __init__(self, criteria: Mapping[str, Criterion], wanted: list[Wanted]) -> None:
        self._criteria, self._wanted = criteria, wanted
        self._said: dict[object, Truth] = {}
        self._tests: dict[str, dict[Literal, None]] = {}
        self._steps = _STEPS
        for node, _ in wanted:
            for leaf in self._leaves(node):
                if not isinstance(leaf, Constant):
                    self._tests.setdefault(leaf.measure, {})[leaf] = None

    def succeeds(self) -> bool:
        self._steps -= 1
        if self._steps <= 0:
            return True
        truths = [self._truth(node) for node, _ in self._wanted]
        if any(truth is not None and truth is not wanted for truth, (_, wanted) in zip(truths, self._wanted, strict=True)):
            return False
        undecided = [node for truth, (node, _) in zip(truths, self._wanted, strict=True) if truth is None]
        if not undecided:
            return True
        leaf = next((leaf for node in undecided for leaf in self._undecided(node)), None)
        return leaf is not None and self._any_case(leaf)

    def _any_case(self, leaf: Literal | Constant) -> bool:
        for case in self._cases(leaf):
            self._said.update(case)
            if self.succeeds():
                return True
            for test in case:
                del self._said[test]
        return False

    def _truth(self, node: Expression) -> Truth:
        match node:
            case Compare() | Among() | Known() | Constant():
                return self._said.get(_key(node))
            case Named(name):
                return self._truth(self._criteria[name].expression)
            case Not(part):
                return negation(self._truth(part))
            case Every(parts):
                return conjunction(map(self._truth, parts))
            case Some(parts):
                return disjunction(map(self._truth, parts))
            case AtLeast(least, parts):
                return threshold(least, map(self._truth, parts))

    def _undecided(self, node: Expression) -> Iterator[Literal | Constant]:
        """The tests below an expression that no value is chosen for yet, where they still matter."""
        if self._truth(node) is not None:
            return
        if isinstance(node, Compare | Among | Known | Constant):
            if _key(node) not in self._said:
                yield node
            return
        for part in self._below(node):
            yield from self._undecided(part)

    def _leaves(self, node: Expression) -> Iterator[Literal | Constant]:
        if isinstance(node, Compare | Among | Known | Constant):
            yield node
        for part in self._below(node):
            yield from self._leaves(part)

    def _below(self, node: Expression) -> tuple[Expression, ...]:
        return (self._criteria[node.criterion].expression,) if isinstance(node, Named) else parts_of(node)

    def _cases(self, leaf: Literal | Constant) -> Iterator[Case]:
        if isinstance(leaf, Constant):
            yield {_key(leaf): leaf.value}
            yield {_key(leaf): not leaf.value}
            return
        tests = list(self._tests[leaf.measure])
        seen: list[Case] = []
        for value in _regions(tests):
            case = {_key(test): _said(test, value) for test in tests}
            if case not in seen:
                seen.append(case)
                yield case


def _key(leaf: Literal | Constant) -> object:
    """The same test is one test wherever it stands; two settings may be of one parameter and still differ."""
    return id(leaf) if isinstance(leaf, Constant) else leaf


def _regions(tests: list[Literal]) -> Iterator[Interval | str | None]:
    """One value for each region that the tests tell apart, and none where they ask whether there is one."""
    if any(isinstance(test, Known) for test in tests):
        yield None
    limits = sorted({test.limit for test in tests if isinstance(test, Compare)})
    yield from map(Interval.exactly, _points(limits))
    codes = sorted({code for test in tests if isinstance(test, Among) for code in test.codes})
    if codes or not limits:
        yield from codes
        yield ""


def _points(limits: list[Decimal]) -> Iterator[Decimal]:
    """A point below, on, between and above the limits."""
    for limit in limits[:1]:
        yield limit - 1
    for place, limit in enumerate(limits):
        yield limit
        yield (limit + limits[place + 1]) / 2 if place + 1 < len(limits) else limit + 1


def _said(test: Literal, value: Interval | str | None) -> Truth:
    match test:
        case Known(_, known):
            return (value is not None) == known
        case Compare(_, op, limit):
            truth: Truth = getattr(value, op)(limit) if isinstance(value, Interval) else None
            return truth
        case Among(_, codes):
            return value in codes if isinstance(value, str) else None
