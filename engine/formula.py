"""Arithmetic in pack files: + - * / and parentheses over names, numbers and the laboratory's limits, on intervals."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TypeAlias

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
