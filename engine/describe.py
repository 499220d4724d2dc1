"""Rules in words: an expression as a clinician would write it, with the limits in force and where they come from."""

from decimal import Context, Decimal

from engine.pack.expression import Among, AtLeast, Compare, Constant, Every, Expression, Known, Named, Not, Some
from engine.pack.program import Pack

OPS = {"below": "below", "at_most": "at most", "above": "above", "at_least": "at least"}
_SIX = Context(prec=6)
_AS_WRITTEN = 10


def number(value: Decimal) -> str:
    """A decimal as written, without an exponent; one that a division left with many digits, to six of them and said so."""
    text = str(value)
    if len(text) <= _AS_WRITTEN and "E" not in text:  # nearly every number, and this takes a tenth of the time
        return text
    short = _SIX.plus(value)
    return format(value, "f") if len(value.as_tuple().digits) <= _AS_WRITTEN else f"about {short.normalize():f}"


def amount(value: Decimal, unit: str | None) -> str:
    """A number with its unit, as a person reads it."""
    return number(value) if unit in (None, "1") else f"{number(value)} {unit_text(unit)}"


def unit_text(unit: str | None) -> str:
    """A UCUM unit as people write it: "×10⁹/L" stays plain text, days and months become words."""
    return {"10*9/L": "x10^9/L", "d": "days", "mo": "months", "a": "years", "10*6/kg": "million/kg"}.get(unit or "", unit or "")


def measure_text(pack: Pack, name: str) -> str:
    """The short name of a measure, with its window where it has one."""
    measure = pack.measures[name]
    if measure.window is None:
        return measure.short
    window = pack.windows.get(measure.window)
    moving = pack.moving_windows.get(measure.window)
    label = window.label if window else moving.label if moving else measure.window
    return f"{measure.short} ({label})"


def describe(pack: Pack, node: Expression) -> list[str]:
    """The lines of an expression: one for a test, an indented list for a combination."""
    match node:
        case Every((Compare(measure, "at_least", low) as first, Compare(other, "at_most", high))) if measure == other:
            return [_between(pack, first, low, high)]
        case Every(parts):
            return _list("all of", pack, parts)
        case Some(parts):
            return _list("any of", pack, parts)
        case AtLeast(least, parts, parameter):
            return _list(f"at least {least}{_from(parameter)} of", pack, parts)
        case Not(part):
            lines = describe(pack, part)
            return [f"not: {lines[0]}", *lines[1:]]
        case Named(criterion):
            return [pack.criteria[criterion].label]
        case Constant(value, parameter):
            return [f"{'always' if value else 'never'} (parameter {parameter})"]
        case Compare(measure, op, limit, parameter):
            return [f"{measure_text(pack, measure)} {OPS[op]} {amount(limit, pack.measures[measure].unit)}{_from(parameter)}"]
        case Among(measure, codes):
            return [f"{measure_text(pack, measure)} is {' or '.join(sorted(codes))}"]
        case Known(measure, known):
            return [f"{measure_text(pack, measure)} is {'known' if known else 'not known'}"]


def _between(pack: Pack, first: Compare, low: Decimal, high: Decimal) -> str:
    ends = f"is {number(low)}" if low == high else f"from {number(low)} to {number(high)}"
    unit = pack.measures[first.measure].unit
    after = "" if unit in (None, "1") else f" {unit_text(unit)}"
    source = None if first.parameter is None else first.parameter.removesuffix(".from")
    return f"{measure_text(pack, first.measure)} {ends}{after}{_from(source)}"


def _list(head: str, pack: Pack, parts: tuple[Expression, ...]) -> list[str]:
    lines = [f"{head}:"]
    for part in parts:
        first, *rest = describe(pack, part)
        lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    return lines


def _from(parameter: str | None) -> str:
    return f" ({parameter})" if parameter else ""
