"""A rule in words: as one sentence, and as a tree of the tests that it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.describe import amount, measure_text, number
from engine.pack.expression import Among, AtLeast, Compare, Constant, Every, Expression, Known, Named, Not, Some
from engine.pack.program import Pack
from marrow.rules_page import in_force

_OPS = {"below": "below", "at_most": "at most", "above": "above", "at_least": "at least"}
_TYPESET = (("x10^9/L", "×10⁹/L"), ("x10^12/L", "×10¹²/L"), ("{1.73_m2}", "1.73 m²"), ("10*6", "10⁶"))


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of a tree, and the lines below it. to: the rule that it names; parameters: where its limits come from."""

    text: str
    below: tuple["Branch", ...] = ()
    to: str | None = None
    parameters: tuple[str, ...] = ()


def typeset(text: str) -> str:
    """Units as they are printed."""
    for plain, printed in _TYPESET:
        text = text.replace(plain, printed)
    return text


def tree(pack: Pack, node: Expression, window: str | None) -> Branch:
    """The tests of an expression as its parameters leave them; measures of `window` are named without it."""
    return _branch(pack, in_force(node), window)


def sentence(pack: Pack, node: Expression, window: str | None) -> str:
    """An expression as one clause: "ANC below 0.5 ×10⁹/L"."""
    return _clause(pack, in_force(node), window, inner=False)


def leaf(pack: Pack, node: Expression, window: str | None) -> str:
    """One test, or the name of a criterion in quotation marks."""
    found = _between(node)
    if found is not None:
        first, low, high = found
        unit = pack.measures[first.measure].unit
        ends = f"exactly {amount(low, unit)}" if low == high else f"from {number(low)} to {amount(high, unit)}"
        return typeset(f"{measured(pack, first.measure, window)} {ends}")
    match node:
        case Named(criterion):
            return f"“{pack.criteria[criterion].label}”"
        case Constant(value):
            return "in any case" if value else "in no case"
        case Compare(measure, op, limit):
            return typeset(f"{measured(pack, measure, window)} {_OPS[op]} {amount(limit, pack.measures[measure].unit)}")
        case Among(measure, codes):
            return f"{measured(pack, measure, window)}: {' or '.join(sorted(codes))}"
        case Known(measure, known):
            return f"{measured(pack, measure, window)} {'known' if known else 'not known'}"
        case Every() | Some() | AtLeast() | Not():
            raise TypeError("several tests are no leaf")


def measured(pack: Pack, name: str, window: str | None) -> str:
    """A measure as a reader of this rule calls it."""
    measure = pack.measures[name]
    return measure.short if window is not None and measure.window == window else measure_text(pack, name)


def is_leaf(node: Expression) -> bool:
    """Whether a part of an expression is one test in the eyes of a reader: two limits of one measure are one."""
    return not isinstance(node, Every | Some | AtLeast | Not) or _between(node) is not None


def joined(parts: Sequence[str], word: str) -> str:
    """a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _between(node: Expression) -> tuple[Compare, Decimal, Decimal] | None:
    match node:
        case Every((Compare(measure, "at_least", low) as first, Compare(other, "at_most", high))) if measure == other:
            return first, low, high
    return None


def _clause(pack: Pack, node: Expression, window: str | None, *, inner: bool) -> str:
    if is_leaf(node):
        return leaf(pack, node, window)
    match node:
        case Every(parts):
            said, word = [_clause(pack, part, window, inner=True) for part in parts], "and"
        case Some(parts):
            said, word = [_clause(pack, part, window, inner=True) for part in parts], "or"
        case AtLeast(least, parts):
            listed = joined([_clause(pack, part, window, inner=True) for part in parts], "and")
            return f"at least {least} of these {len(parts)} hold: {listed}"
        case Not(part):
            return _not(pack, part, window)
        case _:
            return leaf(pack, node, window)
    text = joined(said, word)
    return f"({text})" if inner and len(said) > 1 else text


def _not(pack: Pack, part: Expression, window: str | None) -> str:
    if isinstance(part, Among):
        return f"{measured(pack, part.measure, window)}: not {' or '.join(sorted(part.codes))}"
    if isinstance(part, Known):
        return leaf(pack, Known(part.measure, not part.known), window)
    return f"not {_clause(pack, part, window, inner=True)}"


def _branch(pack: Pack, node: Expression, window: str | None) -> Branch:
    if is_leaf(node):
        to = f"criteria.{pack.criteria[node.criterion].base}" if isinstance(node, Named) else None
        return Branch(leaf(pack, node, window), (), to, _parameters(node))
    match node:
        case Every(parts):
            return Branch("all of these", tuple(_branch(pack, part, window) for part in parts))
        case Some(parts):
            return Branch("any of these", tuple(_branch(pack, part, window) for part in parts))
        case AtLeast(least, parts, parameter):
            below = tuple(_branch(pack, part, window) for part in parts)
            return Branch(f"at least {least} of these {len(parts)}", below, None, (parameter,) if parameter else ())
        case Not(Among() | Known() as part):
            return Branch(_not(pack, part, window))
        case Not(part):
            return Branch("not", (_branch(pack, part, window),))
        case _:
            return Branch(leaf(pack, node, window))


def _parameters(node: Expression) -> tuple[str, ...]:
    found = _between(node)
    if found is not None:
        return (found[0].parameter.removesuffix(".from"),) if found[0].parameter else ()
    return (node.parameter,) if isinstance(node, Compare | Constant) and node.parameter else ()
