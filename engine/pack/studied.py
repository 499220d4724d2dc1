"""Whether everything that the statistics section names is there: conclusions and their outcomes, measures, endpoints."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from engine.pack.draft import Draft
from engine.pack.names import named
from engine.pack.parse import suggestion
from engine.pack.program import ConclusionRule
from engine.pack.statistics import BaselineRow, StatisticsSpec

Found = Iterator[tuple[str, str, str]]
"""The part of the section, what is wrong, and what it is about."""


def named_parts(spec: StatisticsSpec) -> Iterator[tuple[str, str, str]]:
    """Everything that the section names, as (part, kind, name)."""
    for part in type(spec).model_fields:
        yield from ((part, kind, name) for kind, name in named(StatisticsSpec(**{part: getattr(spec, part)})))


def check_statistics(draft: Draft, spec: StatisticsSpec, rules: Mapping[str, ConclusionRule]) -> None:
    """Add a fault to the draft for each name that stands for nothing; measures are told where they are bound."""
    for part, message, about in [*_names(spec, rules), *_sizes(spec, rules)]:
        draft.fault("statistics", part, message, about=about)


def _names(spec: StatisticsSpec, rules: Mapping[str, ConclusionRule]) -> Found:
    for part in type(spec).model_fields:
        for node in _nodes(getattr(spec, part)):
            name = getattr(node, "conclusion", None)
            if name is None:
                continue
            if name not in rules:
                yield part, f"there is no conclusion `{name}`{suggestion(name, rules)}", name
                continue
            known = [outcome.name for outcome in rules[name].outcomes]
            asked = node.categories if isinstance(node, BaselineRow) else getattr(node, "outcomes", ())
            for outcome in asked:
                if outcome not in known:
                    yield part, f"`{name}` has no outcome `{outcome}`{suggestion(outcome, known)}", outcome


def _sizes(spec: StatisticsSpec, rules: Mapping[str, ConclusionRule]) -> Found:
    names = [endpoint.name for endpoint in spec.endpoints]
    if spec.follow_up is not None and spec.follow_up.endpoint not in names:
        asked = spec.follow_up.endpoint
        yield "follow_up", f"there is no endpoint `{asked}`{suggestion(asked, names)}", asked
    for place, line in enumerate(spec.long_term):
        above = [other.name for other in spec.long_term[:place]]
        if line.of is not None and line.of not in above:
            yield "long_term", f"there is no line `{line.of}` above `{line.name}`{suggestion(line.of, above)}", line.of
    for panel in spec.repeated_measures:
        for row in panel.rows:
            if len(row.measures) != len(panel.days):
                yield "repeated_measures", f"`{row.name}` needs a measure for each of the {len(panel.days)} days", row.name
    if spec.response is not None:
        found = {
            outcome.name
            for one in spec.response.assessments
            if one.conclusion in rules
            for outcome in rules[one.conclusion].outcomes
        }
        for outcome in spec.response.responders:
            if found and outcome not in found:
                yield "response", f"no assessment has an outcome `{outcome}`{suggestion(outcome, found)}", outcome


def _nodes(value: object) -> Iterator[BaseModel]:
    """Every node below a part of the section."""
    if isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from _nodes(getattr(value, name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _nodes(item)
