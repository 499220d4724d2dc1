"""Arithmetic in pack files: + - * / and parentheses over names, numbers and the laboratory's limits, on intervals."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from typing import TypeAlias, TypeVar

from engine.interval import Interval


class FormulaError(ValueError):
    """The pack author's fault: what stands in a formula and cannot be read."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A measure or concept by name, or the laboratory's own limit of it with what stands in where it gives none."""

    name: str
    part: str = "value"
    default: "Formula | None" = None


@dataclass(frozen=True, slots=True)
class Constant:
    value: Decimal
    parameter: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    op: str
    left: "Formula"
    right: "Formula"


Formula: TypeAlias = Reference | Constant | Operation

_BOUND = re.compile(r"\b([a-z]\w*)@([a-z]\w*)\b")
_AT = "__at__"
_DEEP = Context(prec=50)
C = TypeVar("C")
_OPS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_APPLY: dict[str, Callable[[Interval, Interval], Interval]] = {
    "+": Interval.__add__,
    "-": Interval.__sub__,
    "*": Interval.__mul__,
    "/": Interval.__truediv__,
}


def read_formula(text: str, parameter: Callable[[str], Decimal | None]) -> Formula:
    """The tree of a formula; dotted names are parameters, `name@window` a measure in a window. Raises FormulaError."""
    try:
        tree = ast.parse(_BOUND.sub(rf"\1{_AT}\2", text), mode="eval").body
    except SyntaxError:
        raise FormulaError(f"`{text}` is not a formula") from None
    return _read(tree, parameter)


def _read(node: ast.expr, parameter: Callable[[str], Decimal | None]) -> Formula:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPS:
            return Operation(_OPS[type(op)], _read(left, parameter), _read(right, parameter))
        case ast.Name(id=name):
            return Reference(name.replace(_AT, "@"))
        case ast.Attribute():
            dotted = ast.unparse(node)
            value = parameter(dotted)
            if value is None:
                raise FormulaError(f"there is no number parameter `{dotted}`")
            return Constant(value, dotted)
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            return Constant(Decimal(ast.unparse(node)))
        case ast.Call(func=ast.Name(id="upper_limit" | "lower_limit" as part), args=[of, *default]) if len(default) <= 1:
            target = _read(of, parameter)
            if isinstance(target, Reference) and target.part == "value":
                return Reference(target.name, part, _read(default[0], parameter) if default else None)
    shown = ast.unparse(node).replace(_AT, "@")
    raise FormulaError(f"a formula has + - * / ( ), names, numbers, upper_limit(x) and lower_limit(x); found `{shown}`")


def references(formula: Formula) -> tuple[Reference, ...]:
    """Every name that a formula reads, each once, in order."""
    match formula:
        case Reference():
            return (formula, *(references(formula.default) if formula.default else ()))
        case Operation(_, left, right):
            return tuple(dict.fromkeys(references(left) + references(right)))
        case _:
            return ()


def parameters(formula: Formula) -> frozenset[str]:
    """The parameters that a formula reads."""
    match formula:
        case Constant(_, name):
            return frozenset([name] if name else [])
        case Operation(_, left, right):
            return parameters(left) | parameters(right)
        case Reference(default=default):
            return parameters(default) if default else frozenset()


Read = Callable[[C], Interval | None]
"""The value of a formula, or of a part of one, in some context: a patient's measures, the facts of one sample."""


def compiled(formula: Formula, reader: Callable[[Reference], Read[C]]) -> Read[C]:
    """The formula as one function of a context, in which `reader` says how each name is read.

    The function raises ValueError or ArithmeticError where something cannot be computed with; `calculate` answers None then.
    """
    match formula:
        case Constant(number):
            constant = Interval.exactly(number)
            return lambda _: constant
        case Reference(default=None):
            return reader(formula)
        case Reference(default=default):
            assert default is not None
            return _either(reader(formula), compiled(default, reader))
        case Operation(op, left, right):
            return _applied(_APPLY[op], _EXACTLY[op], compiled(left, reader), compiled(right, reader))


def calculate(formula: Formula, value: Callable[[Reference], Interval | None]) -> Interval | None:
    """The formula's interval, None where something that it needs is missing or cannot be computed with."""
    run: Read[None] = compiled(formula, lambda reference: lambda _: value(reference))
    try:
        return run(None)
    except (ValueError, ArithmeticError):
        return None


def _either(read: Read[C], default: Read[C]) -> Read[C]:
    def either(context: C) -> Interval | None:
        found = read(context)
        return default(context) if found is None else found

    return either


def _applied(
    apply: Callable[[Interval, Interval], Interval], exactly: Callable[[Decimal, Decimal], Decimal | None], left: Read[C],
    right: Read[C],
) -> Read[C]:  # fmt: skip
    """An operation on two parts; two exact numbers, which most are, need no arithmetic on intervals."""

    def both(context: C) -> Interval | None:
        a, b = left(context), right(context)
        if a is None or b is None:
            return None
        x, y = a.lo, b.lo
        if x is not None and x is a.hi and y is not None and y is b.hi:
            number = exactly(x, y)
            if number is not None:
                return Interval(number, number)
        with localcontext(_DEEP):
            return apply(a, b)

    return both


def _product(x: Decimal, y: Decimal) -> Decimal | None:
    return _DEEP.multiply(x, y) if x > 0 and y > 0 else None


def _quotient(x: Decimal, y: Decimal) -> Decimal | None:
    return _DEEP.divide(x, y) if x > 0 and y > 0 else None


_EXACTLY: dict[str, Callable[[Decimal, Decimal], Decimal | None]] = {
    "+": _DEEP.add,
    "-": lambda x, y: _DEEP.add(x, _DEEP.minus(y)),
    "*": _product,
    "/": _quotient,
}
"""The same operations on exact numbers; None where zero or a negative number makes a case of its own."""
