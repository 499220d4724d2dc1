"""Criteria as frozen trees: what both evaluators compile, and what explanations are read from."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from engine.interval import Comparison


@dataclass(frozen=True, slots=True)
class Compare:
    """A measure against a limit in the measure's unit; `parameter` names where the limit comes from."""

    measure: str
    op: Comparison
    limit: Decimal
    parameter: str | None = None


@dataclass(frozen=True, slots=True)
class Among:
    """Whether every code that the measure may have is one of these."""

    measure: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Known:
    """Whether the measure has a value: the one test that is never unknown."""

    measure: str
    known: bool = True


@dataclass(frozen=True, slots=True)
class Constant:
    """What a parameter decides before any patient is seen."""

    value: bool
    parameter: str


@dataclass(frozen=True, slots=True)
class Named:
    """Another criterion."""

    criterion: str


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Expression"


@dataclass(frozen=True, slots=True)
class AtLeast:
    least: int
    parts: tuple["Expression", ...]
    parameter: str | None = None


Literal: TypeAlias = Compare | Among | Known
Expression: TypeAlias = Literal | Constant | Named | Every | Some | Not | AtLeast


def parts_of(node: Expression) -> tuple[Expression, ...]:
    """The expressions directly below this one."""
    match node:
        case Every(parts) | Some(parts) | AtLeast(_, parts):
            return parts
        case Not(part):
            return (part,)
        case _:
            return ()


def walk(node: Expression) -> Iterator[Expression]:
    """This expression and everything below it, without following names."""
    yield node
    for part in parts_of(node):
        yield from walk(part)
