"""Whether items of a pack ask for what there is: marks, answers, outcomes, flags and readable formulas."""

from collections.abc import Iterable, Iterator

from engine.formula import FormulaError, read_formula
from engine.pack.draft import Draft
from engine.pack.measures import MeasureSpec
from engine.pack.parse import suggestion
from engine.pack.vocabulary import ConceptSpec

_RANGE_READINGS = ("interval", "lower", "mid", "upper")


def check_meanings(draft: Draft) -> None:
    """Add a fault for each mark, answer, outcome, flag or formula that can never be."""
    for name, concept in draft.sound("concepts"):
        for message, about in _of_concept(draft, concept):
            draft.fault("concepts", name, message, about=about)
    for name, measure in draft.sound("measures"):
        for message, about in _of_measure(draft, measure):
            draft.fault("measures", name, message, about=about)


def _of_concept(draft: Draft, spec: ConceptSpec) -> Iterator[tuple[str, str]]:
    yield from _unknown("answer", spec.numbers or (), spec.answers or ())
    for rule in spec.derive:
        parameter = draft.parameters.get(rule.when or "")
        if rule.when and parameter is None and not draft.is_broken("parameters", rule.when):
            yield f"there is no parameter `{rule.when}`{suggestion(rule.when, draft.parameters)}", rule.when
        if rule.when and parameter is not None and parameter.spec.type != "flag":
            yield f"`{rule.when}` is of type {parameter.spec.type}; expected the name of a flag parameter", rule.when
        if rule.formula is not None:
            try:
                read_formula(rule.formula, lambda _: None)
            except FormulaError as error:
                yield str(error), ""


def _of_measure(draft: Draft, spec: MeasureSpec) -> Iterator[tuple[str, str]]:
    if spec.select is not None and spec.select.prefer is not None:
        yield from _unknown("mark", [spec.select.prefer], _marks(draft, [spec.select.concept]))
    if spec.select is not None and spec.select.range_as is not None:
        parameter = draft.parameters.get(spec.select.range_as)
        if parameter is not None and not set(parameter.spec.options or ()) <= set(_RANGE_READINGS):
            yield f"`{spec.select.range_as}` has other options than {', '.join(_RANGE_READINGS)}", spec.select.range_as
    if spec.marked is not None:
        yield from _unknown("mark", [spec.marked.mark], _marks(draft, draft.items["concepts"]))
    if spec.count is not None and spec.count.answers is not None:
        concepts = [draft.items["concepts"].get(name) for name in (*spec.count.concepts, *spec.count.or_possibly)]
        answers = {answer for one in concepts if one is not None for answer in one.answers or ()}
        yield from _unknown("answer", spec.count.answers, answers)
    if spec.outcome_day is not None:
        yield from _unknown("outcome", spec.outcome_day.outcomes, _outcomes(draft, spec.outcome_day.conclusions))


def _unknown(kind: str, asked: Iterable[str], there: Iterable[str]) -> Iterator[tuple[str, str]]:
    known = sorted(there)
    for name in asked:
        if name not in known:
            expected = f"; expected {', '.join(known)}" if known else ""
            yield f"there is no {kind} `{name}` here{expected}{suggestion(name, known)}", name


def _marks(draft: Draft, concepts: Iterable[str]) -> set[str]:
    specs = [spec for name in concepts if (spec := draft.items["concepts"].get(name)) is not None]
    return {part.mark for spec in specs for part in (*spec.codes, *spec.methods, *spec.derive) if part.mark is not None}


def _outcomes(draft: Draft, conclusions: Iterable[str]) -> set[str]:
    """The outcomes of some conclusions, by the rules that draw them: `response` for `response.day_90`."""
    found: set[str] = set()
    for name, spec in draft.sound("conclusions"):
        if any(asked == name or asked.rpartition(".")[0] == name for asked in conclusions):
            found |= {outcome.outcome for outcome in spec.outcomes}
    return found
