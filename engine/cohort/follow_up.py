"""How long patients were followed: the median of all, with the range, and by the reverse product-limit."""

from decimal import Decimal

from engine.cohort.estimates import FollowUp
from engine.cohort.survival import Followed, median_day, product_limit


def follow_up(group: str | None, followed: Followed, month_days: Decimal, method: str) -> FollowUp:
    """The follow-up of one group, or of all (None), in months of `month_days`; `method` is simple or reverse_km.

    Simple takes everybody's days as they are. The reverse product-limit asks how long patients would have been followed had no
    event ended it (Schemper & Smith, Control Clin Trials 1996;17:343): censoring is its event, and an event censors, also one
    that competes, since whoever has it was not lost. On a day with both, those with the event still are at risk of being
    censored: the two swap places, and nothing else changes.
    Raises ValueError for any other method.
    """
    days = sorted(followed.days)
    medians = {"simple": _simple(days), "reverse_km": _reverse(followed)}
    if method not in medians:
        raise ValueError(f"follow-up is summarised by one of {', '.join(medians)}, not by `{method}`")
    months = {name: _months(median, month_days) for name, median in medians.items()}
    return FollowUp(
        group=group,
        n=len(days),
        method=method,
        median_months=months[method],
        simple_median=months["simple"],
        reverse_median=months["reverse_km"],
        shortest=_months(days[0] if days else None, month_days),
        longest=_months(days[-1] if days else None, month_days),
    )


def _simple(days: list[int]) -> Decimal | None:
    return Decimal(days[(len(days) - 1) // 2] + days[len(days) // 2]) / 2 if days else None


def _reverse(followed: Followed) -> int | None:
    swapped = Followed(followed.days, tuple(int(kind == 0) for kind in followed.events))
    return median_day(product_limit(swapped, frozenset({1})))


def _months(days: int | Decimal | None, month_days: Decimal) -> float | None:
    return None if days is None else float(days / month_days)
