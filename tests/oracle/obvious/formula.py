"""Arithmetic on intervals, read off the tree of a formula."""

from collections.abc import Callable
from decimal import localcontext

from engine.formula import Constant, Formula, Operation, Reference
from engine.interval import Interval

_APPLY: dict[str, Callable[[Interval, Interval], Interval]] = {
    "+": Interval.__add__,
    "-": Interval.__sub__,
    "*": Interval.__mul__,
    "/": Interval.__truediv__,
}


def calculate(formula: Formula, value: Callable[[Reference], Interval | None]) -> Interval | None:
    """The formula's interval, None where something that it needs is missing or cannot be computed with."""
    with localcontext() as context:
        context.prec = 50
        try:
            return _calculate(formula, value)
        except (ValueError, ArithmeticError):
            return None


def _calculate(formula: Formula, value: Callable[[Reference], Interval | None]) -> Interval | None:
    match formula:
        case Constant(number):
            return Interval.exactly(number)
        case Reference(default=default):
            found = value(formula)
            return _calculate(default, value) if found is None and default is not None else found
        case Operation(op, left, right):
            a, b = _calculate(left, value), _calculate(right, value)
            return None if a is None or b is None else _APPLY[op](a, b)
