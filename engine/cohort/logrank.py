"""Whether groups differ in how long they stay free of an event: the two-sided log-rank test, without weights."""

from collections import Counter
from collections.abc import Sequence

from engine.cohort.estimates import Comparison
from engine.cohort.survival import Followed, ends_of

TEST = "logrank"
LEFT_OUT = "without the groups that had no patients left on the day of the first event"


def compare(groups: Sequence[Followed], of_interest: frozenset[int]) -> Comparison:
    """The test between all groups that have patients left on the day of the first event, by lifelines.

    Groups that had none left by then say nothing and lend no degree of freedom. `why` says why there is no number, or that such
    groups are left out. Kinds of event that are not of interest count as censored.
    """
    present = [ends_of(group, of_interest) for group in groups if group.days]
    if len(present) < 2:
        return _nothing("fewer than two groups have patients")
    first = min((day for group in present for day, ended in group if ended), default=None)
    if first is None:
        return _nothing("no patient has an event")
    compared = [group for group in present if any(day >= first for day, _ in group)]
    if len(compared) < 2:
        return _nothing("on the day of the first event only one group has patients left")
    if all(ended and day == first for group in compared for day, ended in group if day >= first):
        return _nothing("all patients who are left on the day of the first event have it that day")
    return _tested(compared, "" if len(compared) == len(groups) else LEFT_OUT)


def _nothing(why: str) -> Comparison:
    return Comparison(TEST, None, why=why)


def _tested(groups: Sequence[Counter[tuple[int, bool]]], why: str) -> Comparison:
    import numpy
    from lifelines.statistics import multivariate_logrank_test

    rows = [(day, place, ended, n) for place, group in enumerate(groups) for (day, ended), n in group.items()]
    days, members, ends, weights = map(numpy.array, zip(*rows, strict=True))
    tested = multivariate_logrank_test(days, members, ends, weights=weights)
    return Comparison(TEST, float(tested.p_value), float(tested.test_statistic), int(tested.degrees_of_freedom), why)
