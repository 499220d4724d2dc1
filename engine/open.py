"""What is still open when a conclusion cannot be drawn: the outcomes that may yet hold, and the measures that would tell."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice, product

from engine.interval import Interval
from engine.judgement import Decision, Judgement
from engine.pack.expression import Among, Compare, Expression, Known, Named, parts_of, walk
from engine.pack.program import ConclusionRule, Pack
from engine.snapshot import Snapshot
from engine.truth import Truth, conjunction, disjunction, negation, threshold
from engine.pack.expression import AtLeast, Constant, Every, Not, Some

_MOST = 20_000
"""Completions looked at before the coarser answer is given."""

Value = Interval | frozenset[str] | None
Values = dict[str, Value]


def truth_of(pack: Pack, node: Expression, values: Values) -> Truth:
    """The truth of an expression over values by measure name: the slow, obvious form of what evaluators compute."""
    match node:
        case Compare(measure, op, limit):
            value = values[measure]
            return getattr(value, op)(limit) if isinstance(value, Interval) else None
        case Among(measure, codes):
            value = values[measure]
            if not isinstance(value, frozenset) or not value:
                return None
            return True if value <= codes else False if value.isdisjoint(codes) else None
        case Known(measure, known):
            return (values[measure] is not None) == known
        case Constant(value):
            return value
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


def possible_outcomes(pack: Pack, rule: ConclusionRule, snapshot: Snapshot, decision: Decision) -> tuple[str, ...]:
    """The outcomes that some completion of what is unknown leads to, in the pack's order."""
    nodes = [outcome.when for outcome in rule.outcomes if outcome.when is not None]
    tests = list(_tests(pack, nodes))
    values: Values = {t.measure: snapshot[pack.measures[t.measure].index].value for t in tests}
    choices = {m: cases for m in values if len(cases := _cases(m, values[m], tests)) > 1}
    count = 1
    for cases in choices.values():
        count *= len(cases)
    if count > _MOST:
        return _open_branches(rule, decision)
    found: set[str] = set()
    for completion in islice(product(*choices.values()), _MOST):
        values.update(zip(choices, completion, strict=True))
        for outcome in rule.outcomes:
            truth = True if outcome.when is None else truth_of(pack, outcome.when, values)
            if truth is not False:
                found.add(outcome.name)
            if truth is True:
                break
    return tuple(dict.fromkeys(outcome.name for outcome in rule.outcomes if outcome.name in found))


def _open_branches(rule: ConclusionRule, decision: Decision) -> tuple[str, ...]:
    found: list[str] = []
    for outcome, truth in zip(rule.outcomes, decision.branches, strict=True):
        if truth is not False:
            found.append(outcome.name)
        if truth is True:
            break
    return tuple(dict.fromkeys(found))


def _tests(pack: Pack, nodes: list[Expression]) -> Iterator[Compare | Among | Known]:
    """Every test of a measure that expressions come down to."""
    for node in nodes:
        for inner in walk(node):
            if isinstance(inner, Compare | Among | Known):
                yield inner
            elif isinstance(inner, Named):
                yield from _tests(pack, [pack.criteria[inner.criterion].expression])


def _cases(measure: str, value: Value, tests: list[Compare | Among | Known]) -> list[Value]:
    """One value for each region that the tests of a measure tell apart and that the measure may lie in."""
    mine = [test for test in tests if test.measure == measure]
    if any(isinstance(test, Known) for test in mine) and value is None:
        return [None]
    limits = sorted({test.limit for test in mine if isinstance(test, Compare)})
    if limits and (value is None or isinstance(value, Interval)):
        return list(_regions(limits, value))
    codes = sorted(set().union(*(test.codes for test in mine if isinstance(test, Among))))
    if isinstance(value, frozenset):
        return [frozenset([code]) for code in sorted(value)]
    return [frozenset([code]) for code in codes] + [frozenset([""])] if codes else [value]


def _regions(limits: list[Decimal], value: Interval | None) -> Iterator[Value]:
    points = [limits[0] - 1]
    for low, high in zip(limits, [*limits[1:], limits[-1] + 2], strict=True):
        points += [low, (low + high) / 2]
    for number, inside in ((p, _overlaps(p, limits, value)) for p in points):
        if inside:
            yield Interval.exactly(number)


def _overlaps(point: Decimal, limits: list[Decimal], value: Interval | None) -> bool:
    """Whether a value may lie in the same region as a point: on the same limit, or between the same two."""
    if value is None:
        return True
    if point in limits:
        return value.at_least(point) is not False and value.at_most(point) is not False
    lower = [limit for limit in limits if limit < point]
    upper = [limit for limit in limits if limit > point]
    above = not lower or value.at_most(lower[-1]) is not True
    return above and (not upper or value.at_least(upper[0]) is not True)


def missing_measures(
    pack: Pack, rule: ConclusionRule, snapshot: Snapshot, judgement: Judgement, decision: Decision
) -> tuple[str, ...]:
    """The measures whose better value could settle a conclusion: those behind the unknown parts of its open branches."""
    places = {name: place for place, name in enumerate(pack.criteria)}
    found: dict[str, None] = {}

    def truth(node: Expression) -> Truth:
        if isinstance(node, Named):
            return judgement.criteria[places[node.criterion]]
        values = {t.measure: snapshot[pack.measures[t.measure].index].value for t in _tests(pack, [node])}
        return truth_of(pack, node, values)

    def follow(node: Expression) -> None:
        if truth(node) is not None:
            return
        if isinstance(node, Compare | Among | Known):
            index = pack.measures[node.measure].index
            found.update(dict.fromkeys(snapshot[index].missing or (node.measure,)))
        elif isinstance(node, Named):
            follow(pack.criteria[node.criterion].expression)
        for part in parts_of(node):
            follow(part)

    if decision.applies is None and rule.applies is not None:
        follow(rule.applies)
    for outcome, said in zip(rule.outcomes, decision.branches, strict=True):
        if said is None and outcome.when is not None:
            follow(outcome.when)
        if said is True:
            break
    return tuple(found)
