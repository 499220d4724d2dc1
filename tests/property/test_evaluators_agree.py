"""Random packs on random snapshots: plain, rete, and a third opinion written straight from the meaning, never differ."""

from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from engine.evaluate.ordinals import fraction_digits, lower_end, ordinal, upper_end
from engine.evaluate.plain import Plain
from engine.evaluate.rete import Rete
from engine.interval import Interval
from engine.judgement import Decision, Judgement
from engine.pack.expression import (
    Among,
    AtLeast,
    Compare,
    Constant,
    Every,
    Expression,
    Known,
    Named,
    Not,
    Some,
)
from engine.pack.load import load
from engine.pack.program import ConclusionRule, Pack
from engine.snapshot import Snapshot
from engine.truth import Truth, conjunction, disjunction, negation, threshold
from marrow.packs import pack_files
from tests.written_packs import random_interval, random_number, random_pack, random_snapshot

ROOT = Path(__file__).parents[2]
PACKS, SNAPSHOTS, SHARES = 400, 60, 8


@pytest.mark.parametrize("share", range(SHARES))
def test_every_evaluator_gives_the_same_judgement(share: int) -> None:
    for seed in range(share, PACKS, SHARES):
        random = Random(seed)
        pack = random_pack(random, criteria=random.randint(1, 8), conclusions=random.randint(0, 3))
        _agree(pack, [random_snapshot(random, pack) for _ in range(SNAPSHOTS)], f"random_pack of Random({seed})")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_they_agree_on_packs_as_large_as_a_trial(seed: int) -> None:
    random = Random(seed)
    pack = random_pack(random, criteria=150, conclusions=30)
    _agree(pack, [random_snapshot(random, pack) for _ in range(15)], f"random_pack of Random({seed})")


@pytest.mark.parametrize("folder", sorted(path.parent for path in ROOT.glob("rules/*/pack.yaml")), ids=lambda folder: folder.name)
def test_they_agree_on_each_pack_of_the_project(folder: Path) -> None:
    random = Random(folder.name)
    pack = load(pack_files(folder))
    _agree(pack, [random_snapshot(random, pack) for _ in range(400)], folder.name)


def test_they_agree_on_a_criterion_asked_for_alone() -> None:
    for seed in range(40):
        random = Random(seed)
        pack = random_pack(random, criteria=10, conclusions=0)
        plain, rete = Plain(pack), Rete(pack)
        for snapshot in (random_snapshot(random, pack) for _ in range(10)):
            judged = rete.judge(snapshot).criteria
            assert tuple(rete.criterion(name, snapshot) for name in pack.criteria) == judged
            assert tuple(plain.criterion(name, snapshot) for name in pack.criteria) == judged


NUMBERS = some.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12)
SEEDS = some.integers(min_value=0, max_value=2**32)


@settings(max_examples=3000, deadline=None, derandomize=True)
@given(SEEDS)
def test_integers_compare_with_limits_as_intervals_do(seed: int) -> None:
    random = Random(seed)
    limits = [random_number(random) for _ in range(3)]
    _same_answers(random_interval(random, limits), limits)


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(NUMBERS, NUMBERS, some.booleans(), some.booleans(), SEEDS)
def test_integers_compare_as_intervals_do_whatever_the_digits(
    one: Decimal, other: Decimal, lo_open: bool, hi_open: bool, seed: int
) -> None:
    lo, hi = sorted((one, other))
    limits = [random_number(Random(seed))]
    _same_answers(Interval.exactly(lo) if lo == hi else Interval(lo, hi, lo_open, hi_open), limits)
    _same_answers(Interval(None, hi, hi_open=hi_open), limits)
    _same_answers(Interval(lo, None, lo_open=lo_open), limits)


def _same_answers(quantity: Interval, limits: list[Decimal]) -> None:
    digits = max(map(fraction_digits, limits))
    hi, lo = upper_end(quantity, digits), lower_end(quantity, digits)
    for limit in limits:
        place = ordinal(limit, digits)
        assert (hi is not None and hi < place) == (quantity.below(limit) is True)
        assert (lo is not None and lo >= place) == (quantity.below(limit) is False)
        assert (hi is not None and hi < place + 1) == (quantity.at_most(limit) is True)
        assert (lo is not None and lo >= place + 1) == (quantity.at_most(limit) is False)


def _agree(pack: Pack, snapshots: list[Snapshot], origin: str) -> None:
    plain, rete = Plain(pack), Rete(pack)
    for number, snapshot in enumerate(snapshots):
        meant = judged(pack, snapshot)
        assert plain.judge(snapshot) == meant, f"plain, snapshot {number}, {origin}"
        assert rete.judge(snapshot) == meant, f"rete, snapshot {number}, {origin}"


# --- the third opinion ------------------------------------------------------------------------------------------------


def judged(pack: Pack, snapshot: Snapshot) -> Judgement:
    """The meaning, read off the trees one by one: nothing compiled, nothing remembered."""
    criteria = tuple(_truth(pack, snapshot, criterion.expression) for criterion in pack.criteria.values())
    return Judgement(criteria, tuple(_decided(pack, snapshot, rule) for rule in pack.conclusions.values()))


def _decided(pack: Pack, snapshot: Snapshot, rule: ConclusionRule) -> Decision:
    def of(expression: Expression | None, otherwise: Truth) -> Truth:
        return otherwise if expression is None else _truth(pack, snapshot, expression)

    branches = tuple(of(outcome.when, True) for outcome in rule.outcomes)
    names = [outcome.name for outcome in rule.outcomes]
    certain = {
        name
        for k, name in enumerate(names)
        if branches[k] is True and all(branches[j] is False or names[j] == name for j in range(k))
    }
    assert len(certain) <= 1
    return Decision(
        applies=of(rule.applies, True),
        settled=of(rule.due.settled if rule.due else None, False),
        branches=branches,
        outcome=next(iter(certain), None),
        flags=tuple(of(flag.when, True) for flag in rule.flags),
    )


def _truth(pack: Pack, snapshot: Snapshot, expression: Expression) -> Truth:
    def each(parts: tuple[Expression, ...]) -> list[Truth]:
        return [_truth(pack, snapshot, part) for part in parts]

    match expression:
        case Compare(measure, op, limit):
            value = snapshot[pack.measures[measure].index].value
            answer: Truth = getattr(value, op)(limit) if isinstance(value, Interval) else None
            return answer
        case Among(measure, codes):
            value = snapshot[pack.measures[measure].index].value
            if not isinstance(value, frozenset) or not value:
                return None
            return value <= codes or (None if value & codes else False)
        case Known(measure, known):
            return (snapshot[pack.measures[measure].index].value is not None) == known
        case Constant(value):
            return value
        case Named(name):
            return _truth(pack, snapshot, pack.criteria[name].expression)
        case Not(part):
            return negation(_truth(pack, snapshot, part))
        case Every(parts):
            return conjunction(each(parts))
        case Some(parts):
            return disjunction(each(parts))
        case AtLeast(least, parts):
            return threshold(least, each(parts))
