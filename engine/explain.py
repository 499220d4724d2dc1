"""Why a criterion is met, not met or unknown for one patient: the values it rests on, with days and limits, in a sentence."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from engine.describe import OPS, amount, measure_text, number, unit_text
from engine.interval import Interval
from engine.open import Value, truth_of
from engine.pack.expression import Among, AtLeast, Compare, Constant, Every, Expression, Known, Named, Not, Some
from engine.pack.program import Measure, Pack
from engine.snapshot import Measured, Snapshot
from engine.truth import WORDS, Truth

_NOT = {"below": "not below", "at_most": "more than", "above": "not above", "at_least": "less than"}


class Reason(NamedTuple):
    """A part of a sentence: the text of a measure, where it has one, and the words after it."""

    measure: str | None
    words: str = ""


def because(pack: Pack, criterion: str, snapshot: Snapshot) -> str:
    """One sentence for one criterion."""
    found = reasons(pack, pack.criteria[criterion].expression, snapshot)
    told = [f"{'' if measure is None else value_text(pack, measure, snapshot)}{words}" for measure, words in found]
    return "; ".join(dict.fromkeys(told))


def reasons(pack: Pack, node: Expression, snapshot: Snapshot) -> list[Reason]:
    """The parts of the sentence; which they are depends only on which tests hold and which measures are known."""
    match node:
        case Compare() | Among() | Known():
            return [_test(pack, node, snapshot)]
        case Named(criterion):
            return [Reason(None, f"{pack.criteria[criterion].label}: {_word(_truth(pack, node, snapshot))}")]
        case Not(part):
            return reasons(pack, part, snapshot)
        case Constant(value, parameter):
            return [Reason(None, f"parameter {parameter} {'asks for it' if value else 'does not ask for it'}")]
        case AtLeast(least, parts):
            truths = [_truth(pack, part, snapshot) for part in parts]
            count = f"{truths.count(True)} of {len(parts)} met"
            unknown = f", {truths.count(None)} unknown" if None in truths else ""
            return [Reason(None, f"{count}{unknown}, {least} needed")]
        case Every((Compare(measure, "at_least", low), Compare(other, "at_most", high))) if measure == other:
            return [_between(pack, node, measure, (low, high), snapshot)]
        case Every(parts) | Some(parts):
            return _combined(pack, node, parts, snapshot)


def _combined(pack: Pack, node: Expression, parts: tuple[Expression, ...], snapshot: Snapshot) -> list[Reason]:
    """The parts that make it so: those with the truth of the whole, or all of them."""
    whole = _truth(pack, node, snapshot)
    decisive = [part for part in parts if _truth(pack, part, snapshot) is whole and not isinstance(part, Constant)]
    telling = [part for part in decisive if not isinstance(part, Known)]
    return [reason for part in telling or decisive or parts for reason in reasons(pack, part, snapshot)]


def _between(pack: Pack, node: Expression, measure: str, ends: tuple[Decimal, Decimal], snapshot: Snapshot) -> Reason:
    if snapshot[pack.measures[measure].index].value is None:
        return Reason(measure)
    wanted = f"exactly {number(ends[0])}" if ends[0] == ends[1] else f"from {number(ends[0])} to {number(ends[1])}"
    said = {True: wanted, False: f"not {wanted}", None: f"not known to be {wanted}"}[_truth(pack, node, snapshot)]
    return Reason(measure, f", {said}")


def _test(pack: Pack, node: Compare | Among | Known, snapshot: Snapshot) -> Reason:
    found = snapshot[pack.measures[node.measure].index]
    if isinstance(node, Known) or found.value is None:
        return Reason(node.measure)
    truth = _truth(pack, node, snapshot)
    if isinstance(node, Among):
        wanted = " or ".join(sorted(node.codes))
        said = {True: "", False: f", not {wanted}", None: f", not known to be {wanted}"}
        return Reason(node.measure, said[truth])
    word = OPS[node.op] if truth is True else _NOT[node.op] if truth is False else f"not known to be {OPS[node.op]}"
    return Reason(node.measure, f", {word} {amount(node.limit, None)}")


def value_text(pack: Pack, name: str, snapshot: Snapshot) -> str:
    """A measure with its value, unit and day, and for a computed one what it was computed from.

    "ANC (baseline) 0.07 x10^9/L on 2013-11-02", "rise of ARC (day 90) 45 x10^9/L (from ARC (day 90) 50, ARC (baseline) 5)".
    """
    measure = pack.measures[name]
    found = snapshot[measure.index]
    label = measure_text(pack, name)
    if found.value is None:
        return f"{label}: not known ({found.reason or 'not on record'})"
    day = f" on {found.when}" if found.when is not None and found.evidence else ""
    return f"{label} {_shown(found, measure.unit)}{day}{_computed(pack, measure, snapshot)}"


def _computed(pack: Pack, measure: Measure, snapshot: Snapshot) -> str:
    """What a formula's value was computed from."""
    if measure.tree is None:
        return ""
    parts = [pack.measures[need] for need in measure.needs]
    known = [(part, snapshot[part.index]) for part in parts if snapshot[part.index].value is not None]
    return f" (from {', '.join(f'{measure_text(pack, p.name)} {_shown(f, p.unit)}' for p, f in known)})" if known else ""


def _shown(found: Measured, unit: str | None) -> str:
    if isinstance(found.value, Interval):
        return interval_text(found.value, unit)
    return " or ".join(sorted(found.value or ()))


def interval_text(value: Interval, unit: str | None) -> str:
    """A quantity in words: a number, a range, or a bound."""
    after = "" if unit in (None, "1") else f" {unit_text(unit)}"
    if value.is_exact and value.lo is not None:
        return f"{number(value.lo)}{after}"
    if value.lo is None and value.hi is None:
        return "of unknown size"
    if value.hi is None and value.lo is not None:
        return f"{'above' if value.lo_open else 'at least'} {number(value.lo)}{after}"
    if value.hi is not None and (value.lo is None or value.lo == 0):
        return f"{'below' if value.hi_open else 'at most'} {number(value.hi)}{after}"
    assert value.lo is not None and value.hi is not None
    return f"between {number(value.lo)} and {number(value.hi)}{after}"


@dataclass(frozen=True, slots=True)
class _Seen:
    """A snapshot's values by name, each looked up only when it is asked for: a report asks for the truth of very many parts."""

    pack: Pack
    snapshot: Snapshot

    def __getitem__(self, measure: str) -> Value:
        return self.snapshot[self.pack.measures[measure].index].value


def _truth(pack: Pack, node: Expression, snapshot: Snapshot) -> Truth:
    return truth_of(pack, node, _Seen(pack, snapshot))


def _word(truth: Truth) -> str:
    return WORDS[truth].replace("_", " ")
