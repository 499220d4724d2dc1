"""Differences between the oracle and the pack that are wanted, each with its reason; any other is a fault of one of the two."""

from tests.oracle import lan_2021 as oracle
from tests.oracle.compare import Difference
from tests.oracle.lan_2021 import Child

STATUSES = ("severity hypocellular_marrow", "eligibility severe_aplastic_anaemia")


def reason(child: Child, difference: Difference) -> str | None:
    """Why this difference is wanted, None where nothing explains it."""
    if difference.what in STATUSES and difference.expected == "met" and difference.seen == "unknown" and _straddles(child):
        return "a criterion's own status is three-valued step by step; the outcome looks at every value that is open"
    if difference.what.endswith(" possible") and _subset(difference) and _contradicts(child):
        return "contradicting values are taken as everything between them, so that more outcomes stay open, never fewer"
    return None


def _straddles(child: Child) -> bool:
    """Whether a cellularity lies about 25 %, where either side of the limit may do."""
    return any(v.span.low < 25 <= v.span.high for v in child.values.get("cellularity", []))


def _subset(difference: Difference) -> bool:
    """Whether all that the oracle holds open is open in the pack as well."""
    return set(_names(difference.expected)) < set(_names(difference.seen))


def _names(text: str) -> list[str]:
    return [name.strip(" '") for name in text.strip("[]").split(",")]


def _contradicts(child: Child) -> bool:
    """Whether some result has two values of one day, the last of which cannot be told."""
    for item in child.values:
        days = [v.day for v in child.of(item)]
        if any(len(oracle.last_of_day([v for v in child.of(item) if v.day == day])) > 1 for day in days):
            return True
    return False
