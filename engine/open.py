"""What is still open when a conclusion cannot be drawn: the outcomes that may yet hold, and the measures that would tell."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import chain
from operator import ge, gt, le, lt
from typing import Protocol

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
    walk,
)
from engine.pack.program import ConclusionRule, Pack
from engine.snapshot import Snapshot
from engine.truth import Truth, conjunction, disjunction, negation, threshold

_MOST = 2_000
"""Steps of a search before an outcome is taken to be possible without proof."""

Value = Interval | frozenset[str] | None
Values = dict[str, Value]


class ByName(Protocol):
    """Values by the name of their measure."""

    def __getitem__(self, measure: str, /) -> Value: ...


def truth_of(pack: Pack, node: Expression, values: ByName) -> Truth:
    """The truth of an expression over values by measure name: the slow, obvious form of what evaluators compute."""
    match node:
        case Compare(measure, op, limit):
            value = values[measure]
            return getattr(value, op)(limit) if isinstance(value, Interval) else None
        case Among(measure, codes):
            return _among(values[measure], codes)
        case Known(measure, known):
            return (values[measure] is not None) == known
        case Constant(decided):
            return decided
        case Named(criterion):
            return truth_of(pack, pack.criteria[criterion].expression, values)
        case Not(part):
            return negation(truth_of(pack, part, values))
        case Every(parts):
            return conjunction(truth_of(pack, part, values) for part in parts)
        case Some(parts):
            return disjunction(truth_of(pack, part, values) for part in parts)
        case AtLeast(least, parts):
            return threshold(least, (truth_of(pack, part, values) for part in parts))


class StillOpen:
    """The open outcomes and the unknown measures of one conclusion; each pattern of known and unknown is worked out once."""

    def __init__(self, pack: Pack, rule: ConclusionRule) -> None:
        self._pack, self._rule = pack, rule
        nodes = [rule.applies, *(outcome.when for outcome in rule.outcomes)]
        self._tests = tuple(dict.fromkeys(tests_of(pack, [node for node in nodes if node is not None])))
        self._measures = {test.measure: pack.measures[test.measure].index for test in self._tests}
        self._reads = tuple((index, _sayer(self._mine(name))) for name, index in self._measures.items())
        self._truths: dict[int, Callable[[Values], Truth]] = {}
        self._seen: dict[tuple[tuple[Truth, ...] | None, ...], tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def __call__(self, snapshot: Snapshot) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The outcomes that some completion of the unknown leads to, in the pack's order; the measures behind the unknown."""
        pattern = tuple([None if (v := snapshot[index].value) is None else say(v) for index, say in self._reads])
        known = self._seen.get(pattern)
        if known is None:
            values: Values = {name: snapshot[index].value for name, index in self._measures.items()}
            known = self._seen[pattern] = (self._possible(values), self._unknown(values))
        possible, unknown = known
        lacks = [snapshot[self._measures[name]].missing or (name,) for name in unknown]
        return possible, tuple(dict.fromkeys(chain.from_iterable(lacks)))

    def _truth(self, node: Expression, values: Values) -> Truth:
        """What `truth_of` says; each expression of the pack is compiled once."""
        truth = self._truths.get(id(node))
        if truth is None:
            truth = self._truths[id(node)] = _compiled(self._pack, node)
        return truth(values)

    # --- outcomes ---

    def _possible(self, values: Values) -> tuple[str, ...]:
        names = dict.fromkeys(outcome.name for outcome in self._rule.outcomes)
        choices = [(m, cases) for m, value in values.items() if len(cases := cases_of(value, self._mine(m))) > 1]
        return tuple(name for name in names if self._reachable(name, dict(values), choices, [_MOST]))

    def _mine(self, measure: str) -> list[Literal]:
        return [test for test in self._tests if test.measure == measure]

    def _reachable(self, wanted: str, values: Values, choices: list[tuple[str, list[Value]]], steps: list[int]) -> bool:
        """Whether some choice of values leads to an outcome; branches that cannot are cut, `steps` bounds the search."""
        able = self._able(values)
        if wanted not in able:
            return False
        steps[0] -= 1
        if len(able) == 1 or not choices or steps[0] <= 0:
            return True
        (measure, cases), *rest = choices
        before = values[measure]
        for case in cases:
            values[measure] = case
            if self._reachable(wanted, values, rest, steps):
                return True
        values[measure] = before
        return False

    def _able(self, values: Values) -> set[str]:
        """The outcomes of the branches that are not ruled out, up to the first that is certain."""
        found: set[str] = set()
        for outcome in self._rule.outcomes:
            truth = True if outcome.when is None else self._truth(outcome.when, values)
            if truth is not False:
                found.add(outcome.name)
            if truth is True:
                break
        return found

    # --- measures ---

    def _unknown(self, values: Values) -> tuple[str, ...]:
        found: dict[str, None] = {}
        if self._rule.applies is not None:
            self._follow(self._rule.applies, values, found)
        for outcome in self._rule.outcomes:
            if outcome.when is None:
                break
            self._follow(outcome.when, values, found)
            if self._truth(outcome.when, values) is True:
                break
        return tuple(found)

    def _follow(self, node: Expression, values: Values, found: dict[str, None]) -> None:
        """The measures of the unknown tests that make this unknown."""
        if self._truth(node, values) is not None:
            return
        if isinstance(node, Compare | Among | Known):
            found[node.measure] = None
        below: Iterable[Expression] = parts_of(node)
        for part in below:  # a measure whose absence sent the reader on to another would settle it as well
            if isinstance(part, Known) and values[part.measure] is None:
                found[part.measure] = None
        if isinstance(node, Named):
            below = (self._pack.criteria[node.criterion].expression,)
        for part in below:
            self._follow(part, values, found)


def _compiled(pack: Pack, node: Expression) -> Callable[[Values], Truth]:
    """`truth_of` as one function of the values: a search asks for the same truth many times."""
    match node:
        case Compare(measure) | Among(measure) | Known(measure):
            read = _reader(node)
            return lambda values: read(values[measure])
        case Constant(decided):
            return lambda _: decided
        case Named(criterion):
            return _compiled(pack, pack.criteria[criterion].expression)
        case Not(part):
            inner = _compiled(pack, part)
            return lambda values: negation(inner(values))
        case Every(parts):
            every = [_compiled(pack, part) for part in parts]
            return lambda values: conjunction(truth(values) for truth in every)
        case Some(parts):
            some = [_compiled(pack, part) for part in parts]
            return lambda values: disjunction(truth(values) for truth in some)
        case AtLeast(least, parts):
            counted = [_compiled(pack, part) for part in parts]
            return lambda values: threshold(least, [truth(values) for truth in counted])


def _sayer(tests: list[Literal]) -> Callable[[Value], tuple[Truth, ...]]:
    """What the tests of one measure say of its value; of an exact number, comparisons alone say it."""
    reads = [_reader(test) for test in tests]
    compares = [(_EXACTLY[test.op], test.limit) for test in tests if isinstance(test, Compare)]
    if len(compares) < len(tests):
        return lambda value: tuple([read(value) for read in reads])

    def say(value: Value) -> tuple[Truth, ...]:
        if isinstance(value, Interval) and value.lo is value.hi and (number := value.lo) is not None:
            return tuple([compare(number, limit) for compare, limit in compares])
        return tuple([read(value) for read in reads])

    return say


_EXACTLY: dict[str, Callable[[Decimal, Decimal], bool]] = {"below": lt, "at_most": le, "above": gt, "at_least": ge}


def _reader(test: Literal) -> Callable[[Value], Truth]:
    """The truth of one test of a value."""
    match test:
        case Compare(_, op, limit):
            compare: Callable[[Interval, Decimal], Truth] = getattr(Interval, op)
            return lambda value: compare(value, limit) if isinstance(value, Interval) else None
        case Among(_, codes):
            return lambda value: _among(value, codes)
        case Known(_, known):
            return lambda value: (value is not None) == known


def _among(value: Value, codes: frozenset[str]) -> Truth:
    if not isinstance(value, frozenset) or not value:
        return None
    return True if value <= codes else False if value.isdisjoint(codes) else None


def tests_of(pack: Pack, nodes: Iterable[Expression]) -> Iterator[Literal]:
    """Every test of a measure that expressions come down to."""
    for node in nodes:
        for inner in walk(node):
            if isinstance(inner, Compare | Among | Known):
                yield inner
            elif isinstance(inner, Named):
                yield from tests_of(pack, [pack.criteria[inner.criterion].expression])


def cases_of(value: Value, tests: list[Literal]) -> list[Value]:
    """One value for each region that the tests of a measure tell apart and that the measure may lie in."""
    if value is None and any(isinstance(test, Known) for test in tests):
        return [None]
    limits = sorted({test.limit for test in tests if isinstance(test, Compare)})
    if limits and (value is None or isinstance(value, Interval)):
        return [Interval.exactly(point) for point in _points(limits) if _may_be(point, limits, value)]
    if isinstance(value, frozenset):
        return [frozenset([code]) for code in sorted(value)]
    codes = sorted(set().union(*(test.codes for test in tests if isinstance(test, Among))))
    return [frozenset([code]) for code in (*codes, "")] if codes else [value]


def _points(limits: list[Decimal]) -> Iterator[Decimal]:
    """A point below, on, between and above the limits."""
    yield limits[0] - 1
    for low, high in zip(limits, [*limits[1:], limits[-1] + 2], strict=True):
        yield low
        yield (low + high) / 2


def _may_be(point: Decimal, limits: list[Decimal], value: Interval | None) -> bool:
    """Whether a value may lie in the same region as a point: on the same limit, or between the same two."""
    if value is None:
        return True
    if point in limits:
        return value.at_least(point) is not False and value.at_most(point) is not False
    lower = [limit for limit in limits if limit < point]
    upper = [limit for limit in limits if limit > point]
    above = not lower or value.at_most(lower[-1]) is not True
    return above and (not upper or value.at_least(upper[0]) is not True)
