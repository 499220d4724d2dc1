"""The outcomes still open are those that some completion of the unknown leads to: none too few, none too many."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise, product
from random import Random

from engine.evaluate.plain import Plain
from engine.interval import Interval
from engine.open import StillOpen
from engine.open import tests_of as every_test
from engine.pack.expression import Among, Compare, Every, Expression, Known, Not
from engine.pack.program import ConclusionRule, Pack
from engine.snapshot import Measured, Snapshot
from tests.written_packs import conclusion, exactly, pack, random_pack, random_snapshot, snapshot

MOST = 600


def test_every_open_outcome_can_be_reached_and_no_other() -> None:
    looked_at = narrowed = 0
    for seed in range(150):
        random = Random(seed)
        of = random_pack(random, criteria=random.randint(1, 4), conclusions=2, width=3)
        plain = Plain(of)
        rules = list(of.conclusions.values())
        for _ in range(6):
            taken = random_snapshot(random, of)
            for rule, decision in zip(rules, plain.judge(taken).conclusions, strict=True):
                if decision.outcome is not None:
                    continue
                completions = list(_completions(of, rule, taken))
                if not 0 < len(completions) <= MOST:
                    continue
                place = rules.index(rule)
                said = [plain.judge(full).conclusions[place].branches for full in completions]
                reached = {name for branches in said for name in _outcomes(rule, branches)}
                possible = set(StillOpen(of, rule)(taken)[0])
                assert possible == reached, f"random_pack of Random({seed})"
                looked_at += 1
                narrowed += possible < set(_outcomes(rule, decision.branches))
    assert looked_at > 100
    assert narrowed > 5  # the search tells more than the branches alone


def test_counts_of_a_complete_response_leave_two_grades_where_only_the_transfusions_are_unknown() -> None:
    free, counts = Compare("transfusions", "below", Decimal(1)), Compare("counts", "above", Decimal(100))
    some = Every((free, Not(counts)))
    grades: list[tuple[str, Expression | None]] = [("best", Every((free, counts))), ("none", Not(free)), ("some", some)]
    rule = conclusion("grade", [*grades, ("rest", None)])
    of = pack({}, [rule])
    possible, missing = StillOpen(of, of.conclusions["grade"])(snapshot(of, counts=exactly("120")))
    assert possible == ("best", "none")
    assert missing == ("transfusions",)


def _outcomes(rule: ConclusionRule, branches: tuple[bool | None, ...]) -> Iterator[str]:
    """The outcomes of the branches that are not ruled out, up to the first that is met."""
    for outcome, truth in zip(rule.outcomes, branches, strict=True):
        if truth is not False:
            yield outcome.name
        if truth is True:
            return


def _completions(of: Pack, rule: ConclusionRule, taken: Snapshot) -> Iterator[Snapshot]:
    """Every way in which the unknown may turn out, with a number on and beside each limit; brute force."""
    nodes = [outcome.when for outcome in rule.outcomes if outcome.when is not None]
    tests = list(every_test(of, nodes))
    choices = []
    for name, measure in of.measures.items():
        mine = [test for test in tests if test.measure == name]
        choices.append(_values(taken[measure.index], mine) if mine else [taken[measure.index]])
    total = 1
    for each in choices:
        total *= len(each)
    if total <= MOST:
        yield from product(*choices)


def _values(measured: Measured, tests: list[Compare | Among | Known]) -> list[Measured]:
    value = measured.value
    if value is None and any(isinstance(test, Known) for test in tests):
        return [measured]
    if isinstance(value, frozenset):
        return [Measured(frozenset([code])) for code in value] or [measured]
    limits = sorted({test.limit for test in tests if isinstance(test, Compare)})
    if not limits:
        codes = sorted({code for test in tests if isinstance(test, Among) for code in test.codes})
        return [Measured(frozenset([code])) for code in [*codes, "something else"]] if value is None else [measured]
    between = [(low + high) / 2 for low, high in pairwise(limits)]
    points = [*limits, *between, limits[0] - 1, limits[-1] + 1]
    if isinstance(value, Interval):
        ends = [end for end in (value.lo, value.hi) if end is not None]
        points += [*ends, *((a + b) / 2 for a in [*ends, *points] for b in [*ends, *points])]
        points = [point for point in points if _inside(point, value)]
    regions = {tuple((point > limit) - (point < limit) for limit in limits): point for point in points}
    return [Measured(Interval.exactly(point)) for point in regions.values()]


def _inside(point: Decimal, value: Interval) -> bool:
    low = value.lo is None or point > value.lo or (point == value.lo and not value.lo_open)
    return low and (value.hi is None or point < value.hi or (point == value.hi and not value.hi_open))
