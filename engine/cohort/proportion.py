"""The exact interval of a proportion, after Clopper and Pearson."""

TAIL = 0.025  # on either side of a two-sided interval of 95 %


def exact_interval(successes: int, n: int) -> tuple[float | None, float | None]:
    """Return between which shares the true one lies with 95 % confidence, both in [0, 1]; None and None where n is 0.

    The lower limit is the share under which as many successes or more have a probability of 2.5 %, the upper one that under
    which as many or fewer have. With no success, or nothing else, a root gives it; only between the two a library is needed.
    Raises ValueError for successes that are negative or more than n.

    Source: Clopper and Pearson, Biometrika 1934;26:404-413; the limits as quantiles of beta distributions.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no proportion: expected 0 to n successes")
    if n == 0:
        return None, None
    if successes == 0:
        return 0.0, 1 - TAIL ** (1 / n)
    if successes == n:
        return TAIL ** (1 / n), 1.0
    from scipy.special import betaincinv  # the quantile of a beta distribution, without all of scipy.stats

    low = betaincinv(successes, n - successes + 1, TAIL)
    high = betaincinv(successes + 1, n - successes, 1 - TAIL)
    return float(low), float(high)
