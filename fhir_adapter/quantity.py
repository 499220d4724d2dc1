"""A FHIR Quantity, Range or number to an Interval in the concept's unit; raises Refusal for what cannot be one."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from msgspec import Struct

from engine.interval import Interval
from fhir_adapter.codes import Concept
from fhir_adapter.elements import Quantity, Range
from fhir_adapter.issue import Refusal
from fhir_adapter.resources import ReferenceRange
from fhir_adapter.units import UCUM, Said, Scale, Yardstick, canonical, scale

_MOST_DIGITS = 40
_LARGEST_EXPONENT = 30


class Amount(Struct, frozen=True, gc=False):
    """A value, and for a number the canonical unit that it is in."""

    value: Interval | frozenset[str] | None
    unit: str | None = None


class _Measured(Struct, frozen=True, gc=False):
    """What a number and its unit come to. exactly: the interval of `amount`."""

    number: Decimal
    exactly: Interval
    amount: Amount
    is_plausible: bool


def number(value: Any, path: str) -> Decimal:
    """The decimal that a JSON number was written as."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise Refusal("number-form", path)
    if isinstance(value, int) and value.bit_length() > 128:
        raise Refusal("number-size", path)
    found = Decimal(value)
    if not found.is_finite():
        raise Refusal("number-form", path)
    if found == 0:
        return Decimal(0)
    if len(found.as_tuple().digits) > _MOST_DIGITS or abs(found.adjusted()) > _LARGEST_EXPONENT:
        raise Refusal("number-size", path)
    return found


def read_quantity(quantity: Quantity, concept: Concept, path: str) -> Amount | None:
    """The interval that a Quantity says; None where it has no number."""
    if quantity.value is None:
        return None
    yardstick = _yardstick(concept, path)
    found = _measured(quantity, yardstick, path)
    if quantity.comparator is None and found.is_plausible:
        return found.amount
    return Amount(_compared(found.number, quantity.comparator, concept, yardstick, path), found.amount.unit)


def read_range(extent: Range, concept: Concept, path: str) -> Amount | None:
    """The interval from low to high; an end that is missing is the plausible one below, and open above."""
    yardstick = _yardstick(concept, path)
    ends: list[Decimal | None] = []
    units: set[str] = set()
    for name, end in (("low", extent.low), ("high", extent.high)):
        if end is None or end.value is None:
            ends.append(None)
            continue
        if end.comparator is not None:
            raise Refusal("comparator-unknown", f"{path}.{name}.comparator")
        how = unit_of(end, yardstick, f"{path}.{name}")
        ends.append(_plausible(how.convert(number(end.value, f"{path}.{name}.value")), concept, yardstick, path))
        units.add(how.unit)
    if not units:
        return None
    if len(units) > 1:
        raise Refusal("unit-conflict", path)
    low, high = ends
    low = yardstick.lowest if low is None else low
    if high is not None and high < low:
        raise Refusal("range-empty", path)
    return Amount(Interval(low, high), units.pop())


def read_number(value: Any, concept: Concept, path: str) -> Amount:
    """A bare number, which only what has no unit can be."""
    yardstick = _yardstick(concept, path)
    written = number(value, path)
    if yardstick.unit != "1":
        raise Refusal("unit-missing", path, unit=yardstick.unit)
    return Amount(Interval.exactly(_plausible(canonical(written), concept, yardstick, path)), yardstick.unit)


def read_limits(
    ranges: Sequence[ReferenceRange], unit: str | None, yardstick: Yardstick, path: str
) -> tuple[Interval | None, Interval | None]:
    """The laboratory's lower and upper limit of normal, where it sent exactly one range of normal."""
    normal = [found for found in ranges if found.type is None or any(c.code == "normal" for c in found.type.coding)]
    if len(normal) != 1:
        return None, None
    return _limit(normal[0].low, unit, yardstick, path), _limit(normal[0].high, unit, yardstick, path)


def _limit(end: Quantity | None, unit: str | None, yardstick: Yardstick, path: str) -> Interval | None:
    if end is None or end.value is None:
        return None
    found = _measured(end, yardstick, path)
    if found.amount.unit != unit:
        raise Refusal("unit-conflict", path)
    return found.exactly


def _measured(quantity: Quantity, yardstick: Yardstick, path: str) -> _Measured:
    """What a number and its unit come to; raises Refusal where one of them cannot be read."""
    value = quantity.value
    if type(value) is Decimal:  # by its digits: the same number with too many of them is refused
        said: Said = (str(value), quantity.unit, quantity.system, quantity.code)
    elif type(value) is int:
        said = (value, quantity.unit, quantity.system, quantity.code)
    else:
        raise Refusal("number-form", f"{path}.value")
    known = yardstick.known.get(said)
    if known is not None:
        return known  # type: ignore[no-any-return]
    written, how = number(value, f"{path}.value"), unit_of(quantity, yardstick, path)
    converted = how.convert(written)
    exactly = Interval.exactly(converted)
    is_plausible = yardstick.lowest <= converted <= yardstick.highest
    found = _Measured(converted, exactly, Amount(exactly, how.unit), is_plausible)
    yardstick.remember(said, found)
    return found


def unit_of(quantity: Quantity, yardstick: Yardstick, path: str) -> Scale:
    """How the unit becomes canonical: the code where it is UCUM, else the text; where both can be read they must agree."""
    unit, code = quantity.unit or None, quantity.code or None
    if quantity.system in UCUM:
        first, second, place = code or unit, unit, "code" if code else "unit"
    elif quantity.system is None:
        first, second, place = unit or code, code, "unit" if unit else "code"
    else:
        first, second, place = unit, None, "unit" if unit else "code"
    if first is None:
        if quantity.code and quantity.system is not None:
            raise Refusal("unit-unknown", f"{path}.code", unit=yardstick.unit)
        if yardstick.unit != "1":
            raise Refusal("unit-missing", f"{path}.unit", unit=yardstick.unit)
        return Scale("1", Fraction(1))
    how = scale(first, yardstick)
    also = None if second is None or second == first else scale(second, yardstick)
    if how is None and quantity.system is None:
        how, also = also, None
    if how is None:
        raise Refusal("unit-unknown", f"{path}.{place}", unit=yardstick.unit)
    if also is not None and also != how:
        raise Refusal("unit-conflict", path)
    return how


def _yardstick(concept: Concept, path: str) -> Yardstick:
    if concept.yardstick is None:
        raise Refusal("value-form", path, concept=concept.label, expected=concept.expected)
    return concept.yardstick


def _compared(value: Decimal, comparator: str | None, concept: Concept, yardstick: Yardstick, path: str) -> Interval:
    _plausible(value, concept, yardstick, path)
    lowest = yardstick.lowest
    match comparator:
        case None:
            return Interval.exactly(value)
        case "<" if value > lowest:
            return Interval(lowest, value, hi_open=True)
        case "<=":
            return Interval(lowest, value)
        case ">":
            return Interval(value, None, lo_open=True)
        case ">=":
            return Interval(value, None)
        case "<":
            raise _outside(concept, yardstick, path)
        case _:
            raise Refusal("comparator-unknown", f"{path}.comparator")


def _plausible(value: Decimal, concept: Concept, yardstick: Yardstick, path: str) -> Decimal:
    if not yardstick.lowest <= value <= yardstick.highest:
        raise _outside(concept, yardstick, path)
    return value


def _outside(concept: Concept, yardstick: Yardstick, path: str) -> Refusal:
    words = {"lowest": str(yardstick.lowest), "highest": str(yardstick.highest), "unit": yardstick.unit}
    return Refusal("implausible", path, concept=concept.label, **words)
