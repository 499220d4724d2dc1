"""What a resource says in words: a sentence that a doctor can read, with the values it rests on and the limits they passed."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from engine.conclude import displayed
from engine.conclusion import Conclusion
from engine.describe import number
from engine.explain import interval_text
from engine.interval import Interval
from engine.moment import day_text
from engine.open import Values, truth_of
from engine.pack.expression import Compare, Expression, Named, parts_of
from engine.pack.program import ConclusionRule, Pack
from engine.snapshot import Snapshot

_SIGNS = {"below": "<", "at_most": "≤", "above": ">", "at_least": "≥"}
_UPPER = ("below", "at_most")
NOT_CONCLUDED = "cannot be concluded as of"
"""What the day of evaluation follows, and nothing else: what an undetermined conclusion says does not change with it."""


def positive(pack: Pack, head: str, quoted: Iterable[str], conclusion: Conclusion, snapshot: Snapshot) -> str:
    """The sentence of a conclusion: its text, then each quoted measure that is known with value, unit and tightest limit.

    Values of another day than the conclusion's carry their own.
    """
    limits = tightest_limits(pack, conclusion, snapshot)
    return quoting(pack, head, [(name, limits.get(name, "")) for name in quoted], conclusion.effective, snapshot)


def quoting(pack: Pack, head: str, quoted: Iterable[tuple[str, str]], effective: int | None, snapshot: Snapshot) -> str:
    """The same with the limit of each quoted measure."""
    values = [_value(pack, name, limit, effective, snapshot) for name, limit in quoted]
    day = "" if effective is None else f"on {day_text(effective)}"
    told = ", ".join(part for part in (*values, day) if part)
    if not told:
        return head
    return f"{head}{': ' if any(values) else ', '}{told}"


def undetermined(pack: Pack, rule: ConclusionRule, conclusion: Conclusion) -> str:
    """What cannot be said, what is missing for it, and what is still possible."""
    labels = {outcome.name: outcome.label for outcome in rule.outcomes}
    missing = "; ".join(dict.fromkeys(measure_label(pack, rule, name) for name in conclusion.missing))
    possible = "; ".join(labels.get(name, name) for name in conclusion.possible)
    told = [f"{_title(pack, rule)} {NOT_CONCLUDED} {day_text(conclusion.as_of)}."]
    told += [f"Missing: {missing}."] if missing else []
    told += [f"Still possible: {possible}."] if possible else []
    return " ".join(told)


def verdict(rule: ConclusionRule, pack: Pack, conclusion: Conclusion) -> str:
    """The outcome of a conclusion by its label, with the criteria that stand against it."""
    label = next((outcome.label for outcome in rule.outcomes if outcome.name == conclusion.outcome), conclusion.outcome)
    wrong = "; ".join(against(pack, rule, conclusion))
    head = f"{_title(pack, rule)}: {label}"
    return f"{head}. Against it: {wrong}." if wrong else f"{head}."


def name_of(pack: Pack, rule: ConclusionRule) -> str:
    """What a conclusion is called; with its window where there is one for each of several."""
    window = pack.windows.get(rule.window or "")
    return rule.label if rule.name == rule.base or window is None else f"{rule.label}, {window.label}"


def remarks(pack: Pack, rule: ConclusionRule, conclusion: Conclusion) -> list[str]:
    """The conclusion's flags in words, and the parameters that were set otherwise than the pack does."""
    labels = {flag.name: flag.label for flag in rule.flags}
    told = [f"Remark: {labels.get(name, name.replace('_', ' '))}." for name in conclusion.flags]
    changed = ", ".join(f"{name} = {value}" for name, value in conclusion.parameters if pack.parameters[name].overridden)
    return [*told, f"Set for this evaluation: {changed}."] if changed else told


def met_criteria(rule: ConclusionRule, conclusion: Conclusion) -> list[str]:
    """The bound names of the criteria that are met; a conclusion lists its criteria in the order of its rule."""
    return [name for name, (_, truth) in zip(rule.criteria, conclusion.criteria, strict=True) if truth is True]


# --- values and limits ---


def _value(pack: Pack, name: str, limit: str, day: int | None, snapshot: Snapshot) -> str:
    measure = pack.measures[name]
    found = snapshot[measure.index]
    if found.value is None:
        return ""
    shown = interval_text(found.value, measure.unit) if isinstance(found.value, Interval) else " or ".join(sorted(found.value))
    own_day = found.when is not None and bool(found.evidence) and not (found.when.is_day and found.when.first == day)
    aside = [limit, str(found.when) if own_day else ""]
    return f"{measure.short} {shown}" + (f" ({', '.join(part for part in aside if part)})" if any(aside) else "")


def _tightest(limits: Iterable[Compare]) -> str:
    """The limits of the narrowest range: `<0.2`, or `≥25, ≤50`."""
    upper = min(((c.limit, c.op == "at_most", c) for c in limits if c.op in _UPPER), key=lambda each: each[:2], default=None)
    lower = max(((c.limit, c.op == "above", c) for c in limits if c.op not in _UPPER), key=lambda each: each[:2], default=None)
    if upper is not None and lower is not None and upper[0] == lower[0]:
        return f"={number(upper[0])}"
    return ", ".join(_sign(end[2].op, end[0]) for end in (lower, upper) if end is not None)


def _sign(op: str, limit: Decimal) -> str:
    return f"{_SIGNS[op]}{number(limit)}"


def tightest_limits(pack: Pack, conclusion: Conclusion, snapshot: Snapshot) -> dict[str, str]:
    """By measure, the tightest of the limits that the met criteria and the outcome itself rest on."""
    rule = pack.conclusions[conclusion.name]
    values: Values = {name: snapshot[pack.measures[name].index].value for name in rule.measures}
    found: dict[str, list[Compare]] = {}
    for node in telling(pack, rule, conclusion):
        for test in _passed(pack, node, values):
            found.setdefault(test.measure, []).append(test)
    return {measure: _tightest(tests) for measure, tests in found.items()}


def telling(pack: Pack, rule: ConclusionRule, conclusion: Conclusion) -> list[Expression]:
    """The met criteria, and when the outcome holds."""
    nodes = [pack.criteria[name].expression for name in met_criteria(rule, conclusion)]
    return nodes + [each.when for each in rule.outcomes if each.when is not None and each.name == conclusion.outcome]


def _passed(pack: Pack, node: Expression, values: Values) -> Iterator[Compare]:
    """The tests that hold in those parts of an expression that hold."""
    if truth_of(pack, node, values) is not True:
        return
    if isinstance(node, Compare):
        yield node
    parts = (pack.criteria[node.criterion].expression,) if isinstance(node, Named) else parts_of(node)
    for part in parts:
        yield from _passed(pack, part, values)


# --- labels ---


def measure_label(pack: Pack, rule: ConclusionRule, name: str) -> str:
    """The label of a measure that a conclusion calls missing."""
    for bound in (name, *(measure for measure in rule.measures if displayed(measure, rule) == name)):
        if bound in pack.measures:
            return pack.measures[bound].label
    base = name.partition("@")[0]
    return next((measure.label for measure in pack.measures.values() if measure.base == base), name.replace("_", " "))


def against(pack: Pack, rule: ConclusionRule, conclusion: Conclusion) -> list[str]:
    """The criteria that speak against inclusion: inclusions not met, exclusions met."""
    wrong = {"inclusion": False, "exclusion": True}
    found = zip(rule.criteria, conclusion.criteria, strict=True)
    named = [(pack.criteria[name], truth) for name, (_, truth) in found if truth is not None]
    return [f"{_word(c.kind)} {c.label}" for c, truth in named if c.kind is not None and wrong[c.kind] is truth]


def _word(kind: str | None) -> str:
    return "not met:" if kind == "inclusion" else "present:"


def _title(pack: Pack, rule: ConclusionRule) -> str:
    label = name_of(pack, rule)
    return label[:1].upper() + label[1:]
