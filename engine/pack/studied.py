"""Whether everything that the statistics section names is there: conclusions and their outcomes, measures, endpoints."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain

from pydantic import BaseModel

from engine.pack.draft import Draft
from engine.pack.names import named
from engine.pack.parse import suggestion
from engine.pack.program import ConclusionRule
from engine.pack.statistics import BaselineRow, CountSpec, StatisticsSpec
from engine.pack.translate import codes_of

Found = Iterator[tuple[str, str, str]]
"""The part of the section, what is wrong, and what it is about."""

_TAKEN = (
    "n",
    "missing",
    "grade_unknown",
    "responders",
    "overall_response_rate",
    "overall_response_rate_at_most",
    "ci_low",
    "ci_high",
)
"""What tables.json itself calls a number of a group, beside those that bear the pack's own names."""


def named_parts(spec: StatisticsSpec) -> Iterator[tuple[str, str, str]]:
    """Everything that the section names, as (part, kind, name)."""
    for part in type(spec).model_fields:
        yield from ((part, kind, name) for kind, name in named(StatisticsSpec(**{part: getattr(spec, part)})))


def check_statistics(draft: Draft, spec: StatisticsSpec, rules: Mapping[str, ConclusionRule]) -> None:
    """Add a fault to the draft for each name that stands for nothing; measures are told where they are bound."""
    found = (_names(draft, spec, rules), _codes(draft, spec), _lines(spec), _sizes(spec), _responders(spec, rules))
    for part, message, about in chain(*found, _labels(spec, rules), _twice(spec), _taken(spec, rules), _cutoff(draft, spec)):
        draft.fault("statistics", part, message, about=about)


def _cutoff(draft: Draft, spec: StatisticsSpec) -> Found:
    parameter = draft.parameters.get(spec.cutoff or "")
    if spec.cutoff is None or draft.is_broken("parameters", spec.cutoff):
        return
    if parameter is None:
        yield "cutoff", f"there is no parameter `{spec.cutoff}`{suggestion(spec.cutoff, draft.parameters)}", spec.cutoff
    elif parameter.spec.type != "date":
        yield "cutoff", f"`{spec.cutoff}` is of type {parameter.spec.type}; expected the name of a date parameter", spec.cutoff


def _names(draft: Draft, spec: StatisticsSpec, rules: Mapping[str, ConclusionRule]) -> Found:
    """Conclusions and their outcomes; of a conclusion that is broken its own fault is told."""
    broken = [base for base in draft.items["conclusions"] if draft.is_broken("conclusions", base)]
    for part, node in _nodes(spec):
        name = getattr(node, "conclusion", None)
        if name is None:
            continue
        if name not in rules:
            if not any(name == base or name.startswith(f"{base}.") for base in broken):
                yield part, f"there is no conclusion `{name}`{suggestion(name, rules)}", name
            continue
        known = [outcome.name for outcome in rules[name].outcomes]
        asked = node.categories if isinstance(node, BaselineRow) else getattr(node, "outcomes", ())
        for outcome in asked:
            if outcome not in known:
                yield part, f"`{name}` has no outcome `{outcome}`{suggestion(outcome, known)}", outcome


def _codes(draft: Draft, spec: StatisticsSpec) -> Found:
    """Whether what is counted by codes has them, and what is taken for a number is one."""
    for part, node in _nodes(spec):
        for field, codes in _read(node):
            for name in [field] if isinstance(field, str) else field:
                measure = draft.items["measures"].get(name.partition("@")[0])
                if measure is None:
                    continue
                if codes is None and measure.unit is None:
                    yield part, f"`{name}` is a code, not a number", name
                if codes is not None and measure.unit is not None:
                    yield part, f"`{name}` is a number, not a code", name
                known = codes_of(draft, measure)
                for code in codes or ():
                    if known and code not in known:
                        yield part, f"`{name}` is never `{code}`; expected {', '.join(known)}{suggestion(code, known)}", code


def _read(node: BaseModel) -> Iterator[tuple[str | tuple[str, ...], Iterable[str] | None]]:
    """The measures of a node that are read as codes, with the codes, or as numbers (None)."""
    if isinstance(node, BaselineRow) and node.measure is not None:
        yield node.measure, node.categories or None
    elif isinstance(node, CountSpec) and node.measure is not None:
        yield node.measure, node.codes or None
    elif not isinstance(node, BaselineRow | CountSpec):
        yield from ((getattr(node, name), None) for name in ("measure", "measures") if hasattr(node, name))
    if isinstance(node, CountSpec) and node.after is not None:
        yield node.after, None


def _lines(spec: StatisticsSpec) -> Found:
    """Endpoints that are followed, and lines that are detailed."""
    names = [endpoint.name for endpoint in spec.endpoints]
    if spec.follow_up is not None and spec.follow_up.endpoint not in names:
        asked = spec.follow_up.endpoint
        yield "follow_up", f"there is no endpoint `{asked}`{suggestion(asked, names)}", asked
    for place, line in enumerate(spec.long_term):
        above = [other.name for other in spec.long_term[:place]]
        if line.of is not None and line.of not in above:
            yield "long_term", f"there is no line `{line.of}` above `{line.name}`{suggestion(line.of, above)}", line.of


def _sizes(spec: StatisticsSpec) -> Found:
    """Numbers of days and months that can be, and as many measures as days."""
    if isinstance(spec.month_days, Decimal) and spec.month_days <= 0:
        yield "month_days", "a month needs more than 0 days", "month_days"
    for endpoint in spec.endpoints:
        if any(isinstance(months, Decimal) and months < 0 for months in endpoint.at):
            yield "endpoints", f"`{endpoint.name}` is read at months before its start", endpoint.name
    for panel in spec.repeated_measures:
        if any(isinstance(day, Decimal) and day % 1 for day in panel.days):
            yield "repeated_measures", f"`{panel.name}` needs whole days", panel.name
        for row in panel.rows:
            if len(row.measures) != len(panel.days):
                yield "repeated_measures", f"`{row.name}` needs a measure for each of the {len(panel.days)} days", row.name
    for one in spec.response.assessments if spec.response is not None else ():
        if isinstance(one.day, Decimal) and one.day % 1:
            yield "response", f"`{one.conclusion}` needs a whole day", one.conclusion


def _responders(spec: StatisticsSpec, rules: Mapping[str, ConclusionRule]) -> Found:
    if spec.response is None:
        return
    drawn = [rules[one.conclusion] for one in spec.response.assessments if one.conclusion in rules]
    found = list(dict.fromkeys(outcome.name for rule in drawn for outcome in rule.outcomes))
    for outcome in spec.response.responders:
        if found and outcome not in found:
            yield "response", f"no assessment has an outcome `{outcome}`{suggestion(outcome, found)}", outcome


def _labels(spec: StatisticsSpec, rules: Mapping[str, ConclusionRule]) -> Found:
    """Whether what gets another name is shown; nothing is said where the outcomes themselves are not known."""
    asked = [one.conclusion for one in spec.response.assessments] if spec.response is not None else []
    graded = [outcome.name for name in dict.fromkeys(asked) if name in rules for outcome in rules[name].outcomes]
    listed = (
        ("groups", spec.groups.labels if spec.groups else {}, spec.groups.outcomes if spec.groups else ()),
        ("response", spec.response.labels if spec.response else {}, dict.fromkeys(graded)),
    )
    for part, labels, known in listed:
        for name in labels:
            if known and name not in known:
                yield part, f"there is no outcome `{name}` to label here{suggestion(name, known)}", name


def _twice(spec: StatisticsSpec) -> Found:
    """What results are found by stands once."""
    listed: list[tuple[str, str, Iterable[str]]] = [
        ("groups", "group", spec.groups.outcomes if spec.groups else ()),
        ("endpoints", "endpoint", [one.name for one in spec.endpoints]),
        *(("endpoints", "event", [event.event for event in one.events]) for one in spec.endpoints),
        ("baseline", "row", [row.name for row in spec.baseline.rows] if spec.baseline else ()),
        ("adverse_events", "row", [row.name for row in spec.adverse_events.rows] if spec.adverse_events else ()),
        ("response", "assessment", [str(one.day) for one in spec.response.assessments] if spec.response else ()),
        ("repeated_measures", "panel", [panel.name for panel in spec.repeated_measures]),
        ("repeated_measures", "row", [row.name for panel in spec.repeated_measures for row in panel.rows]),
        ("long_term", "line", [line.name for line in spec.long_term]),
    ]
    for part, what, names in listed:
        seen: set[str] = set()
        for name in names:
            if name in seen:
                yield part, f"the {what} `{name}` stands here twice", name
            seen.add(name)


def _taken(spec: StatisticsSpec, rules: Mapping[str, ConclusionRule]) -> Found:
    """Names of the pack that would stand in tables.json where another number stands."""
    graded = [rules[one.conclusion] for one in (spec.response.assessments if spec.response else ()) if one.conclusion in rules]
    listed = [("adverse_events", name) for name in (spec.adverse_events.bands if spec.adverse_events else ())]
    listed += [("baseline", name) for row in (spec.baseline.rows if spec.baseline else ()) for name in row.categories]
    listed += [("response", outcome.name) for rule in graded for outcome in rule.outcomes]
    for part, name in listed:
        if name in _TAKEN:
            yield part, f"`{name}` is what tables.json calls a number of its own; give it another name", name


def _nodes(spec: StatisticsSpec) -> Iterator[tuple[str, BaseModel]]:
    """Every node of the section, with the part that it is in."""
    for part in type(spec).model_fields:
        yield from ((part, node) for node in _below(getattr(spec, part)))


def _below(value: object) -> Iterator[BaseModel]:
    if isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from _below(getattr(value, name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _below(item)
