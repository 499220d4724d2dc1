"""One rule as it is laid before a reviewer: words, tables, worked values, what it rests on, and what was said of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.judgement import Evaluator
from engine.moment import Moment
from engine.pack.expression import Constant, Expression
from engine.pack.program import ConclusionRule, Criterion, Pack, Parameter
from engine.select import Range
from engine.truth import Truth
from marrow.report.provenance import in_words
from marrow.report.words import unit
from marrow.review.decision import DecisionTable, conclusion_table, criterion_table
from marrow.review.made_of import MadeOf
from marrow.review.marks import Standing, verdict
from marrow.review.mutants import Mutant
from marrow.review.rules import Rule
from marrow.review.trace import RuleTrace, concepts_of
from marrow.review.words import Branch, leaf, sentence, tree, typeset
from marrow.review.worked import Worked, worked
from marrow.rules_page import in_force
from marrow.rules_words import anchor_name, anchor_text, concept_lines, measure_way, window_text


@dataclass(frozen=True, slots=True)
class Heads:
    """A decision table with its columns in words."""

    columns: tuple[str, ...]
    table: DecisionTable


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """A parameter: what is in force, the pack's default, and what else it may be."""

    name: str
    label: str
    value: str
    default: str
    others: str
    reason: str
    source: tuple[str, ...]
    changed: bool


@dataclass(frozen=True, slots=True)
class WindowLine:
    """A window in words, and what the engine says of days at its edges: day after the anchor, and whether it lies inside."""

    label: str
    text: str
    anchor: str
    days: tuple[tuple[str, Truth], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that the page shows of one rule. drawn: when a conclusion is drawn; outcomes: label, clause, tree."""

    trace: RuleTrace
    digest: str
    sentence: str
    judged: str
    tree: Branch | None
    table: Heads | None
    worked: tuple[Worked, ...]
    drawn: tuple[str, ...]
    outcomes: tuple[tuple[str, str, str], ...]
    flags: tuple[tuple[str, str], ...]
    parameters: tuple[ParameterLine, ...]
    measures: tuple[tuple[str, str], ...]
    codes: tuple[tuple[str, tuple[str, ...]], ...]
    windows: tuple[WindowLine, ...]
    anchors: tuple[tuple[str, str], ...]
    used_by: tuple[Rule, ...]
    mutants: tuple[Mutant, ...]
    standings: tuple[Standing, ...] = ()

    @property
    def rule(self) -> Rule:
        return self.trace.rule

    @property
    def verdict(self) -> str:
        return verdict(self.standings)


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of a rule beside its words: its digest as it is now, and the mistakes that were tried in it."""

    digest: str
    mutants: tuple[Mutant, ...] = ()


def card(pack: Pack, trace: RuleTrace, evaluator: Evaluator, own: MadeOf, said: Said, used_by: Sequence[Rule] = ()) -> Card:
    """The card of one rule, described as it is in the first of its windows. own: what it is made of beside other rules."""
    form = trace.rule.forms[0]
    drawn = form if isinstance(form, ConclusionRule) else None
    single = form if isinstance(form, Criterion) else None
    return Card(
        trace=trace,
        digest=said.digest,
        sentence="" if single is None else sentence(pack, single.expression, single.window),
        judged=", ".join(window_label(pack, name) for name in trace.rule.windows),
        tree=None if single is None else _tree(pack, single),
        table=_table(pack, form),
        worked=() if single is None else worked(pack, single, evaluator),
        drawn=() if drawn is None else tuple(_drawn(pack, drawn)),
        outcomes=() if drawn is None else tuple(_outcomes(pack, drawn)),
        flags=() if drawn is None else tuple((one.label, sentence(pack, one.when, drawn.window)) for one in drawn.flags),
        parameters=tuple(parameter_line(pack.parameters[name]) for name in pack.parameters if name in own.parameters),
        measures=tuple(_measure(pack, base) for base in dict.fromkeys(pack.measures[name].base for name in own.measures)),
        codes=tuple((pack.concepts[name].label, tuple(concept_lines(pack, name))) for name in concepts_of(pack, own)),
        windows=tuple(window_line(pack, name) for name in own.windows if name in pack.windows),
        anchors=tuple((pack.anchors[name].label, anchor_text(pack, pack.anchors[name])) for name in own.anchors),
        used_by=tuple(used_by),
        mutants=said.mutants,
    )


# --- the rule ---


def _tree(pack: Pack, form: Criterion) -> Branch | None:
    """The tree where it says more than the sentence."""
    found = tree(pack, form.expression, form.window)
    return found if found.below else None


def _table(pack: Pack, form: Criterion | ConclusionRule) -> Heads | None:
    if isinstance(form, ConclusionRule):
        found = conclusion_table(form.outcomes, [_in_force(outcome.when) for outcome in form.outcomes])
    else:
        found = criterion_table(in_force(form.expression))
    return None if found is None else Heads(tuple(leaf(pack, column, form.window) for column in found.columns), found)


def _in_force(node: Expression | None) -> Expression | None:
    return None if node is None else in_force(node)


def _drawn(pack: Pack, rule: ConclusionRule) -> Iterator[str]:
    if rule.applies is not None:
        yield f"only if {sentence(pack, rule.applies, rule.window)}"
    if rule.due is not None:
        spec = rule.due.spec
        if spec.window is not None:
            yield "on the last day of its window"
        else:
            day = spec.day if spec.day is not None else int(spec.length or 1) - 1
            yield f"{day} days after {anchor_name(pack, spec.anchor or '')}"
        if rule.due.settled is not None:
            yield f"or before that, as soon as {sentence(pack, rule.due.settled, rule.window)}"


def _outcomes(pack: Pack, rule: ConclusionRule) -> Iterator[tuple[str, str, str]]:
    for outcome in rule.outcomes:
        node = _in_force(outcome.when)
        when = "otherwise" if node is None or isinstance(node, Constant) else sentence(pack, node, rule.window)
        yield outcome.name, outcome.label, when


# --- what it rests on ---


def parameter_line(parameter: Parameter) -> ParameterLine:
    """A parameter in words: the alternatives are its other options, or the range that it may have."""
    spec = parameter.spec
    source = (spec.source,) if isinstance(spec.source, str) else tuple(spec.source)
    return ParameterLine(
        parameter.name,
        spec.label,
        in_words(parameter.value, spec.unit),
        in_words(spec.default, spec.unit),
        _others(parameter),
        spec.reason,
        source,
        parameter.overridden,
    )


def _others(parameter: Parameter) -> str:
    spec = parameter.spec
    if spec.type == "flag":
        return "false" if parameter.value else "true"
    if spec.options is not None:
        chosen = parameter.value if isinstance(parameter.value, tuple) else (parameter.value,)
        return ", ".join(option for option in spec.options if option not in chosen) or "none"
    ends = [end for end in (spec.minimum, spec.maximum) if end is not None]
    return (
        in_words(tuple(ends), spec.unit) if len(ends) == 2 else "any" if not ends else f"from {in_words(ends[0], spec.unit)} on"
    )


def _measure(pack: Pack, base: str) -> tuple[str, str]:
    measure = next(one for one in pack.measures.values() if one.base == base)
    name = unit(measure.unit) if measure.unit not in (None, "1") else ""
    return f"{measure.label}{f', {name}' if name else ''}", typeset(measure_way(pack, measure))


def window_label(pack: Pack, name: str) -> str:
    """What a window is called."""
    spec = pack.windows.get(name) or pack.moving_windows.get(name)
    return name if spec is None else spec.label


def window_line(pack: Pack, name: str) -> WindowLine:
    """A window with the days around each of its edges, as the engine places them."""
    spec = pack.windows[name]
    lo, hi = (None if day is None else int(str(day)) for day in spec.days)
    anchor = Moment(10_000, 10_000)
    days = Range(anchor, lo, hi, spec.not_after_anchor)
    edges = dict.fromkeys(day for edge in (lo, hi) if edge is not None for day in (edge - 1, edge, edge + 1))
    said = [(f"day {day}".replace("-", "−"), days.holds(Moment(10_000 + day, 10_000 + day))) for day in sorted(edges)]
    if edges:
        vague = [edge for edge in (lo, hi) if edge is not None][-1]
        said.append(("only the month is known, with an edge in it", days.holds(Moment(10_000 + vague - 15, 10_000 + vague + 15))))
    return WindowLine(spec.label, window_text(pack, spec), anchor_name(pack, spec.anchor), tuple(said))


def users_of(rule: Rule, traces: Iterable[RuleTrace]) -> list[Rule]:
    """The rules that this one is part of."""
    return [trace.rule for trace in traces if trace.rule.id != rule.id and rule.id in trace.made_of.items()]
