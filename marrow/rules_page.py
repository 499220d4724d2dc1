"""One conclusion of a pack as a page of text, in the order in which a clinician would ask about it."""

from collections.abc import Callable, Iterable, Iterator
from textwrap import wrap

from engine.describe import describe, unit_text
from engine.pack.expression import AtLeast, Constant, Every, Expression, Named, Not, Some, walk
from engine.pack.names import named
from engine.pack.needs import here
from engine.pack.program import ConclusionRule, Criterion, Measure, Pack
from marrow.rules_words import anchor_name, anchor_text, concept_lines, measure_way, value_text, window_text

WIDTH = 100
Style = Callable[[str], str]


def overview(pack: Pack, bold: Style) -> Iterator[str]:
    """Every conclusion with its outcomes, one line each."""
    yield bold(f"{pack.manifest.title}")
    yield from _filled(f"{pack.manifest.source} - pack {pack.name} {pack.version}", 0)
    yield ""
    width = max(map(len, pack.conclusions))
    for name, rule in pack.conclusions.items():
        outcomes = ", ".join(dict.fromkeys(outcome.name for outcome in rule.outcomes))
        yield from _filled(f"{rule.label}: {outcomes}", width + 4, f"  {bold(name)}{' ' * (width - len(name))}  ")


def page(pack: Pack, name: str, bold: Style) -> Iterator[str]:
    """The whole of one conclusion."""
    rule = pack.conclusions[name]
    yield bold(rule.label[0].upper() + rule.label[1:])
    yield from _filled(f"{name} of {pack.name} {pack.version} ({pack.manifest.source})", 0)
    criteria = list(_criteria(pack, rule))
    sections = (
        ("Drawn", _drawn(pack, rule)),
        ("Outcomes: the first that is met, while all before it are not", _outcomes(pack, rule)),
        ("Criteria", _criterion_lines(pack, criteria)),
        ("Flags", (line for flag in rule.flags for line in _item(flag.name, flag.label, _words(pack, flag.when)))),
        ("What is measured", _measures(pack, rule)),
        ("Codes", _codes(pack, rule)),
        ("Days and windows", _days(pack, rule)),
        ("Parameters in force", _parameters(pack, rule)),
        ("Source", _source(pack, rule, criteria)),
    )
    for heading, lines in sections:
        body = list(lines)
        if body:
            yield ""
            yield bold(heading)
            yield from body


# --- what is concluded -----------------------------------------------------------------------------------------------


def _drawn(pack: Pack, rule: ConclusionRule) -> Iterator[str]:
    if rule.window is not None:
        yield f"  at {_window_label(pack, rule.window)}"
    if rule.applies is not None:
        yield from _indented("  only if ", _words(pack, rule.applies))
    if rule.due is None:
        return
    spec = rule.due.spec
    if spec.window is not None:
        yield f"  when the window closes: {_window_label(pack, spec.window)}"
    else:
        day = spec.day if spec.day is not None else int(spec.length or 1) - 1
        yield f"  {day} days after {anchor_name(pack, spec.anchor or '')}"
    if rule.due.settled is not None:
        yield from _indented("  or earlier, as soon as ", _words(pack, rule.due.settled))


def _outcomes(pack: Pack, rule: ConclusionRule) -> Iterator[str]:
    for number, outcome in enumerate(rule.outcomes, start=1):
        lines = ["otherwise"] if outcome.when is None else _words(pack, outcome.when)
        yield f"  {number}. {outcome.name}: {outcome.label}"
        yield from _indented("       " if outcome.when is None else "       when ", lines)


def _criteria(pack: Pack, rule: ConclusionRule) -> Iterator[Criterion]:
    """Every criterion that the conclusion speaks of, each once, after the one that names it."""
    roots: list[Expression] = [Named(name) for name in rule.criteria]
    roots += [outcome.when for outcome in rule.outcomes if outcome.when is not None]
    roots += [] if rule.applies is None else [rule.applies]
    roots += [] if rule.due is None or rule.due.settled is None else [rule.due.settled]
    scans = [measure.spec.scan for measure in measures_of(pack, rule)]
    roots += [Named(scan.criterion) for scan in scans if scan is not None]
    seen: set[str] = set()
    open_ = [node for root in reversed(roots) for node in reversed(list(walk(in_force(root))))]
    while open_:
        node = open_.pop()
        if isinstance(node, Named) and node.criterion not in seen:
            seen.add(node.criterion)
            criterion = pack.criteria[node.criterion]
            yield criterion
            open_ += reversed(list(walk(in_force(criterion.expression))))


def _criterion_lines(pack: Pack, criteria: Iterable[Criterion]) -> Iterator[str]:
    for criterion in criteria:
        kind = f"{criterion.kind}; " if criterion.kind else ""
        yield from _item(
            criterion.label, f"{kind}{criterion.base}; {', '.join(criterion.source)}", _words(pack, criterion.expression)
        )


def _item(head: str, remark: str, lines: list[str]) -> Iterator[str]:
    yield from _filled(f"{head} [{remark}]", 2, "  ")
    yield from _indented("    ", lines)


def _words(pack: Pack, node: Expression) -> list[str]:
    return describe(pack, in_force(node))


def in_force(node: Expression) -> Expression:
    """An expression without what its parameters have decided."""
    match node:
        case Not(part):
            inner = in_force(part)
            return Constant(not inner.value, inner.parameter) if isinstance(inner, Constant) else Not(inner)
        case Every(parts):
            return _combined(Every, parts, neutral=True)
        case Some(parts):
            return _combined(Some, parts, neutral=False)
        case AtLeast(least, parts, parameter):
            return AtLeast(least, tuple(map(in_force, parts)), parameter)
        case _:
            return node


def _combined(kind: type[Every] | type[Some], parts: tuple[Expression, ...], *, neutral: bool) -> Expression:
    inner = [in_force(part) for part in parts]
    deciding = next((part for part in inner if isinstance(part, Constant) and part.value is not neutral), None)
    left = [part for part in inner if not isinstance(part, Constant)]
    if deciding is not None or not left:
        return deciding or inner[0]
    return left[0] if len(left) == 1 else kind(tuple(left))


# --- what it rests on ------------------------------------------------------------------------------------------------


def measures_of(pack: Pack, rule: ConclusionRule) -> list[Measure]:
    """The measures that a conclusion tests, and those that they are computed from; not those of other conclusions."""
    names = list(rule.measures)
    for name in names:
        measure = pack.measures[name]
        for kind, other in named(measure.spec):
            bound = here(other, measure.window)
            inner = pack.criteria[bound].measures if kind == "criteria" and bound in pack.criteria else (bound,)
            wanted = kind in ("measures", "terms", "days", "criteria")
            names += [one for one in inner if wanted and one in pack.measures and one not in names]
    return [pack.measures[name] for name in names]


def _measures(pack: Pack, rule: ConclusionRule) -> Iterator[str]:
    shown: set[str] = set()
    for measure in measures_of(pack, rule):
        if measure.base in shown:
            continue
        shown.add(measure.base)
        unit = f" in {unit_text(measure.unit)}" if measure.unit not in (None, "1") else ""
        yield from _filled(f"{measure.label}{unit}: {measure_way(pack, measure)}", 4, "  ")


def _codes(pack: Pack, rule: ConclusionRule) -> Iterator[str]:
    measures = measures_of(pack, rule)
    for concept in dict.fromkeys(name for measure in measures for kind, name in named(measure.spec) if kind == "concepts"):
        first, *rest = concept_lines(pack, concept)
        yield from _filled(f"{pack.concepts[concept].label} = {first}", 4, "  ")
        for line in rest:
            yield from _filled(line, 8, "      ")


def _days(pack: Pack, rule: ConclusionRule) -> Iterator[str]:
    measures = measures_of(pack, rule)
    windows = dict.fromkeys(name for name in (rule.window, *(measure.window for measure in measures)) if name in pack.windows)
    anchors: dict[str, None] = {}
    for name in windows:
        spec = pack.windows[str(name)]
        yield from _filled(f"{spec.label}: {window_text(pack, spec)}", 4, "  ")
        anchors[spec.anchor] = None
    for measure in measures:
        anchors |= {name: None for kind, name in named(measure.spec) if kind in ("anchors", "days")}
    open_ = list(anchors)
    for name in open_:
        if name in pack.anchors:
            yield from _filled(f"{pack.anchors[name].label}: {anchor_text(pack, pack.anchors[name])}", 4, "  ")
            open_ += [other for kind, other in named(pack.anchors[name]) if kind == "anchors" and other not in open_]


def _parameters(pack: Pack, rule: ConclusionRule) -> Iterator[str]:
    for name in pack.parameters:
        parameter = pack.parameters[name]
        if name in rule.parameters:
            state = "set, not the default" if parameter.overridden else "default"
            yield f"  {name} = {value_text(parameter)} ({state})"
            source = parameter.spec.source if isinstance(parameter.spec.source, str) else ", ".join(parameter.spec.source)
            yield from _filled(f"{parameter.spec.label}; {parameter.spec.reason} [{source}]", 6, "      ")


def _source(pack: Pack, rule: ConclusionRule, criteria: Iterable[Criterion]) -> Iterator[str]:
    cited = dict.fromkeys((*rule.source, *(source for criterion in criteria for source in criterion.source)))
    sections: dict[str, list[str]] = {}
    for name in cited:
        if name in pack.statements:
            sections.setdefault(pack.statements[name].section, []).append(name)
        else:
            yield from _filled(name, 4, "  ")
    for section, names in sections.items():
        yield f"  {section}"
        for name in names:
            yield from _filled(pack.statements[name].text, 9, f"    {name:4} ")


def _window_label(pack: Pack, name: str) -> str:
    if name in pack.windows:
        return pack.windows[name].label
    return pack.moving_windows[name].label if name in pack.moving_windows else name


# --- layout ----------------------------------------------------------------------------------------------------------


def _filled(text: str, indent: int, first: str = "") -> list[str]:
    return wrap(text, WIDTH, initial_indent=first, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)


def _indented(first: str, lines: list[str]) -> Iterator[str]:
    """Lines that keep their own indentation, below a beginning."""
    margin = " " * (len(first) - len(first.lstrip()) + (0 if len(lines) > 1 else 2))
    for number, line in enumerate(lines):
        inner = len(line) - len(line.lstrip(" "))
        hanging = inner + (2 if line.lstrip().startswith("- ") else 0)
        yield from _filled(line.lstrip(), len(margin) + hanging, (margin if number else first) + " " * inner)
