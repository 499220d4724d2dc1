"""Worked values: what the engine says of a criterion below, at and above each of its limits, and when the value is missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, product

from engine.describe import amount
from engine.interval import Interval
from engine.judgement import Evaluator
from engine.open import Value, tests_of
from engine.pack.expression import Among, Compare, Literal, walk
from engine.pack.program import Criterion, Pack
from engine.snapshot import Measured
from engine.truth import Truth
from marrow.review.words import measured, typeset
from marrow.rules_page import in_force

_MOST = 3000
"""Ways to fill in the other measures that are tried before giving up."""
_ALL_GOOD = 3
"""This measure decides; it decides on both sides of its limit; without it nothing is decided."""


@dataclass(frozen=True, slots=True)
class WorkedRow:
    """where: below, at, above or missing. said: of the criterion."""

    where: str
    value: str
    said: Truth


@dataclass(frozen=True, slots=True)
class Worked:
    """One limit of a criterion. beside: what the other measures were taken to be, so that this one decides; limit: in words."""

    measure: str
    limit: str
    beside: tuple[str, ...]
    rows: tuple[WorkedRow, ...]


def worked(pack: Pack, criterion: Criterion, evaluator: Evaluator) -> tuple[Worked, ...]:
    """Every limit that the criterion itself compares a measure with, in the order in which it does."""
    own = [node for node in walk(in_force(criterion.expression)) if isinstance(node, Compare)]
    tests = list(dict.fromkeys(tests_of(pack, [criterion.expression])))
    limits = dict.fromkeys((test.measure, test.limit) for test in own)
    return tuple(_worked(pack, criterion, evaluator, tests, measure, limit) for measure, limit in limits)


def _worked(pack: Pack, criterion: Criterion, evaluator: Evaluator, tests: list[Literal], measure: str, limit: Decimal) -> Worked:
    step = _step(pack, measure, limit)
    unit = pack.measures[measure].unit
    points = {"below": limit - step, "at": limit, "above": limit + step}
    if points["below"] < 0 and pack.measures[measure].spec.count is not None:
        del points["below"]  # nothing is counted less than never

    def said(others: Mapping[str, Value], value: Value) -> Truth:
        return evaluator.criterion(criterion.name, _snapshot(pack, {**others, measure: value}))

    chosen: Mapping[str, Value] = {}
    best = 0
    for others in islice(_others(pack, tests, measure), _MOST):
        answers = {said(others, Interval.exactly(point)) for point in points.values()}
        good = (len(answers) > 1) + (len(answers) > 1 and None not in answers) + (len(answers) > 1 and said(others, None) is None)
        if good > best:
            chosen, best = others, good
        if best == _ALL_GOOD:
            break
    rows = [
        WorkedRow(where, typeset(amount(point, unit)), said(chosen, Interval.exactly(point))) for where, point in points.items()
    ]
    rows.append(WorkedRow("missing", "no value", said(chosen, None)))
    beside = tuple(_beside(pack, name, value, criterion.window) for name, value in chosen.items())
    return Worked(measured(pack, measure, criterion.window), typeset(amount(limit, unit)), beside, tuple(rows))


def _step(pack: Pack, measure: str, limit: Decimal) -> Decimal:
    """The next value that a laboratory would report: one more digit than the limit has, whole numbers for days and counts."""
    spec = pack.measures[measure].spec
    exponent = limit.as_tuple().exponent
    assert isinstance(exponent, int)
    if spec.unit == "d" or (spec.unit in ("1", None) and exponent >= 0 and spec.formula is None and spec.age is None):
        return Decimal(1)
    return Decimal(1).scaleb(min(exponent, 0) - 1)


def _others(pack: Pack, tests: list[Literal], measure: str) -> Iterator[Mapping[str, Value]]:
    """Values for every other measure that the criterion reads: known ones first, on both sides of each limit."""
    mine: dict[str, list[Literal]] = {}
    for test in tests:
        if test.measure != measure:
            mine.setdefault(test.measure, []).append(test)
    for values in product(*(_candidates(pack, of_measure) for of_measure in mine.values())):
        yield dict(zip(mine, values, strict=True))


def _candidates(pack: Pack, tests: list[Literal]) -> list[Value]:
    limits = sorted({test.limit for test in tests if isinstance(test, Compare)})
    codes = sorted({code for test in tests if isinstance(test, Among) for code in test.codes})
    values: list[Value] = [Interval.exactly(limit) for limit in limits]
    if limits:
        step = _step(pack, tests[0].measure, limits[0])
        values += [Interval.exactly(limits[-1] + step), *([Interval.exactly(limits[0] - step)] if limits[0] > 0 else [])]
    values += [frozenset({code}) for code in codes]
    if not values:
        values.append(Interval.exactly(Decimal(0)))  # only asked whether it is known
    return [*values, None]


def _snapshot(pack: Pack, values: Mapping[str, Value]) -> tuple[Measured, ...]:
    return tuple(Measured(values.get(name)) for name in pack.measures)


def _beside(pack: Pack, name: str, value: Value, window: str | None) -> str:
    said = measured(pack, name, window)
    match value:
        case None:
            return f"{said}: not known"
        case Interval():
            assert value.lo is not None
            return typeset(f"{said}: {amount(value.lo, pack.measures[name].unit)}")
        case _:
            return f"{said}: {' or '.join(sorted(value))}"
