"""Whether groups differ in how long they stay free of an event: the two-sided log-rank test, without weights."""

from collections.abc import Sequence

from engine.cohort.estimates import Comparison
from engine.cohort.survival import Followed

TEST = "logrank"
LEFT_OUT = "without the groups that had no patients left on the day of the first event"


def compare(groups: Sequence[Followed], of_interest: frozenset[int]) -> Comparison:
    """The test between all groups that have patients left on the day of the first event, by lifelines.

    Groups that had none left by then say nothing and lend no degree of freedom. `why` says why there is no number, or that such
    groups are left out. Kinds of event that are not of interest count as censored.
    """
    present = [group for group in groups if group.days]
    if len(present) < 2:
        return _nothing("fewer than two groups have patients")
    first = min((day for group in present for day, ended in _ends(group, of_interest) if ended), default=None)
    if first is None:
        return _nothing("no patient has an event")
    compared = [group for group in present if max(group.days) >= first]
    if len(compared) < 2:
        return _nothing("on the day of the first event only one group has patients left")
    if all(ended and day == first for group in compared for day, ended in _ends(group, of_interest) if day >= first):
        return _nothing("all patients who are left on the day of the first event have it that day")
    return _tested(compared, of_interest, "" if len(compared) == len(groups) else LEFT_OUT)


def _nothing(why: str) -> Comparison:
    return Comparison(TEST, None, why=why)


def _ends(group: Followed, of_interest: frozenset[int]) -> list[tuple[int, bool]]:
    return [(day, kind in of_interest) for day, kind in zip(group.days, group.events, strict=True)]


def _tested(groups: Sequence[Followed], of_interest: frozenset[int], why: str) -> Comparison:
    from lifelines.statistics import multivariate_logrank_test

    tested = multivariate_logrank_test(
        [day for group in groups for day in group.days],
        [place for place, group in enumerate(groups) for _ in group.days],
        [kind in of_interest for group in groups for kind in group.events],
    )
    return Comparison(TEST, float(tested.p_value), float(tested.test_statistic), int(tested.degrees_of_freedom), why)
