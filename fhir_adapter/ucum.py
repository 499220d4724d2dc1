"""The one place that asks the UCUM library; it costs most of a second to load, so it is asked only for what no table holds."""

from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

LONGEST = 60
"""Longer texts are not units; the library is not asked."""


@cache
def _registry() -> Any:
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry(non_int_type=Decimal)


@cache
def _parsed(unit: str) -> Any:
    """The library's units, and the plain number in front of them ("5.g"), exactly; None for what is not UCUM."""
    if not 0 < len(unit) <= LONGEST or not unit.isascii():
        return None
    try:
        found = _registry().from_ucum(unit)
        return found.units, Fraction(str(found.magnitude))
    except Exception:  # noqa: BLE001 - the library raises whatever its parser and registry raise
        return None


def library_factor(unit: str, target: str) -> Fraction | None:
    """What a number in `unit` is multiplied with to be in `target`; None where UCUM knows no such conversion."""
    one, other = _parsed(unit), _parsed(target)
    if one is None or other is None:
        return None
    if one[0].dimensionless:
        return _part_by_part(unit, target)
    there, back = _magnitude(one[0], other[0]), _magnitude(other[0], one[0])
    if there is None or back is None:
        return None
    scalars: Fraction = one[1] / other[1]
    return _exact(there, back) * scalars


def _part_by_part(unit: str, target: str) -> Fraction | None:
    """Quotients without dimension (ug/kg to mg/kg) by numerator and denominator, so that volumes never turn into masses."""
    parts, targets = unit.split("/"), target.split("/")
    if len(parts) != 2 or len(targets) != 2 or not all((*parts, *targets)):
        return None
    above, below = library_factor(parts[0], targets[0]), library_factor(parts[1], targets[1])
    return None if above is None or below is None else above / below


def _magnitude(unit: Any, target: Any) -> Decimal | None:
    """The factor as the library has it; None where the units differ in kind, or where zero is not zero (degrees)."""
    try:
        nothing, one = (_registry().Quantity(Decimal(n), unit).to(target).magnitude for n in (0, 1))
    except Exception:  # noqa: BLE001 - see above
        return None
    return one if isinstance(one, Decimal) and nothing == 0 and one > 0 else None


def _exact(there: Decimal, back: Decimal) -> Fraction:
    """The factor without rounding: of a factor and its inverse, one has few digits and is the exact one."""
    short = min((there, back), key=lambda number: len(number.normalize().as_tuple().digits))
    return Fraction(there) if short is there else 1 / Fraction(back)
