"""A rule as a decision table: each way in which its parts decide it, and nothing that makes no difference."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.pack.expression import AtLeast, Constant, Every, Expression, Known, Not, Some, parts_of
from engine.pack.program import Outcome
from engine.truth import Truth, conjunction, disjunction, negation, threshold
from marrow.review.words import is_leaf

MOST_ROWS = 24
_MOST_COLUMNS = 12
UNDECIDED = "not decided by these"
Said = Mapping[Expression, bool]


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What is said of each part (None: it makes no difference), and what follows: met, not met, or an outcome."""

    cells: tuple[bool | None, ...]
    then: str


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """columns: the parts, each a test or a criterion."""

    columns: tuple[Expression, ...]
    rows: tuple[DecisionRow, ...]


def criterion_table(node: Expression) -> DecisionTable | None:
    """The table of an expression (as its parameters leave it); None for a single test, or where it would be too long to read."""
    columns = tuple(dict.fromkeys(_atoms(node)))

    def decided(said: Said) -> str | None:
        truth = _truth(node, said)
        return None if truth is None else "met" if truth else "not met"

    return _table(columns, decided) if len(columns) > 1 else None


def conclusion_table(outcomes: Sequence[Outcome], conditions: Sequence[Expression | None]) -> DecisionTable | None:
    """The table of outcomes, of which the first that is met counts. conditions: as their parameters leave them."""
    columns = tuple(dict.fromkeys(atom for node in conditions if node is not None for atom in _atoms(node)))

    def decided(said: Said) -> str | None:
        for outcome, node in zip(outcomes, conditions, strict=True):
            truth = True if node is None else _truth(node, said)
            if truth is None:
                return None
            if truth:
                return outcome.label
        return None

    return _table(columns, decided)


def _table(columns: tuple[Expression, ...], decided: Callable[[Said], str | None]) -> DecisionTable | None:
    rows = _rows(columns, {}, decided) if 0 < len(columns) <= _MOST_COLUMNS else []
    return DecisionTable(columns, tuple(rows)) if 0 < len(rows) <= MOST_ROWS else None


def _rows(left: Sequence[Expression], said: Said, decided: Callable[[Said], str | None]) -> list[DecisionRow]:
    """Each answer to the parts that are left, one after the other, until what follows is certain."""
    then = decided(said)
    if then is not None or not left:
        return [DecisionRow((None,) * len(left), then or UNDECIDED)]
    first, *rest = left
    met, not_met = (_rows(rest, {**said, first: answer}, decided) for answer in (True, False))
    if met == not_met:
        return [DecisionRow((None, *row.cells), row.then) for row in met]
    both = [(True, row) for row in met] + [(False, row) for row in not_met]
    return [DecisionRow((answer, *row.cells), row.then) for answer, row in both]


def _atoms(node: Expression) -> Iterator[Expression]:
    if is_leaf(node):
        if not isinstance(node, Constant):
            yield _column(node)
        return
    for part in parts_of(node):
        yield from _atoms(part)


def _column(node: Expression) -> Expression:
    """The part that a test is asked as: whether a value is known and whether it is not are one question."""
    return Known(node.measure) if isinstance(node, Known) else node


def _truth(node: Expression, said: Said) -> Truth:
    """What is known of an expression when some of its parts are answered."""
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Known) and not node.known:
        return negation(said.get(_column(node)))
    if is_leaf(node):
        return said.get(node)
    match node:
        case Every(parts):
            return conjunction(_truth(part, said) for part in parts)
        case Some(parts):
            return disjunction(_truth(part, said) for part in parts)
        case AtLeast(least, parts):
            return threshold(least, (_truth(part, said) for part in parts))
        case Not(part):
            return negation(_truth(part, said))
        case _:
            return None
