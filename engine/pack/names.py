"""What items of a pack name: concepts, anchors, windows, measures and the rest; and whether all of it is there."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from engine.formula import FormulaError, read_formula, references
from engine.pack.draft import Draft, Place
from engine.pack.parse import suggestion

BUILT_IN_ANCHORS = ("as_of", "here")
BOUND = ("measures", "criteria", "days")
"""Kinds whose names may carry a window: `anc@baseline`."""

_KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "systems": {"CodeSpec": ("system",)},
    "tables": {"Lookup": ("table",)},
    "concepts": {
        "AnchorSpec": ("first", "last"), "VisitSpec": ("visits",), "Select": ("concept",),
        "After": ("concepts", "or_possibly"),
        "Count": ("concepts", "or_possibly"), "Worst": ("concepts",), "Daily": ("concept", "weight"),
        "Doses": ("concept", "weight"),
        "MeasureSpec": ("state",), "DeriveSpec": ("at_most",), "ConceptSpec": ("yields_to",),
    },
    "anchors": {
        "AnchorSpec": ("first_known", "earliest", "after"), "WindowSpec": ("anchor",), "Count": ("anchors",), "Worst": ("until",),
        "Days": ("since", "until"), "AgeAt": ("birth",), "Lookup": ("birth",), "OutcomeDay": ("since",), "Scan": ("since",),
        "DueSpec": ("anchor",),
    },
    "windows": {
        "After": ("windows",), "MeasureSpec": ("windows",), "ConclusionSpec": ("window", "for_each"), "DueSpec": ("window",),
        "Scan": ("window",),
    },
    "measures": {
        "WindowSpec": ("panel",), "Lookup": ("sex",), "Event": ("day", "unless_after"), "Scan": ("after", "until"),
        "PanelDay": ("panel", "otherwise"), "Marked": ("measure",), "Comparison": ("measure",), "ConclusionSpec": ("effective",),
        "StatisticsSpec": ("start",), "EndpointSpec": ("start", "last_contact", "censored_at"), "BaselineRow": ("measure",),
        "AdverseEventRow": ("measure",), "RepeatedRow": ("measures",), "CountSpec": ("measure", "after"),
    },
    "criteria": {
        "CriterionSpec": ("when",), "OutcomeSpec": ("when",), "FlagSpec": ("when",), "DueSpec": ("settled",), "AllOf": ("all",),
        "AnyOf": ("any",), "NotOf": ("not_",), "AtLeastOf": ("of",),
        "ConclusionSpec": ("applies", "criteria"), "Scan": ("criterion",),
    },
    "days": {"Span": ("anchor",), "AgeAt": ("at",), "Lookup": ("at",)},
    "conclusions": {
        "OutcomeDay": ("conclusions",), "Drawn": ("conclusion",), "GroupsSpec": ("conclusion",), "EventSpec": ("conclusion",),
        "BaselineRow": ("conclusion",), "AssessmentSpec": ("conclusion",), "CountSpec": ("conclusion",),
    },
    "formulas": {"MeasureSpec": ("formula",), "DeriveSpec": ("formula",)},
}  # fmt: skip
"""Which fields of which nodes name what; `days` is an anchor or a measure that has a day."""
_OF: dict[str, dict[str, str]] = {}
for _kind, _nodes in _KINDS.items():
    for _node, _fields in _nodes.items():
        _OF.setdefault(_node, {}).update(dict.fromkeys(_fields, _kind))

_WORDS = {"systems": "code system", "criteria": "criterion", "days": "anchor or measure"}


def named(spec: BaseModel) -> Iterator[tuple[str, str]]:
    """Everything that an item names, as (kind, name)."""
    kinds = _OF.get(type(spec).__name__, {})
    for field, value in spec:
        if value is not None:
            yield from _names(value, kinds.get(field))


def _names(value: Any, kind: str | None) -> Iterator[tuple[str, str]]:
    if isinstance(value, BaseModel):
        yield from named(value)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _names(item, kind)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _names(item, kind)
    elif isinstance(value, str) and kind == "formulas":
        yield from _in_formula(value)
    elif isinstance(value, str) and kind is not None:
        yield kind, value


def _in_formula(text: str) -> Iterator[tuple[str, str]]:
    try:
        tree = read_formula(text, lambda _: Decimal(1))
    except FormulaError:
        return
    yield from (("terms", reference.name) for reference in references(tree))


def check_names(draft: Draft) -> None:
    """A fault for everything that is named and not there, in items that nothing asks for as well."""
    for section in ("concepts", "anchors", "windows", "moving_windows", "measures", "criteria", "conclusions"):
        for name, spec in draft.sound(section):
            for kind, other in named(spec):
                kind = ("concepts" if section == "concepts" else "measures") if kind == "terms" else kind  # noqa: PLW2901
                if not is_there(draft, kind, other):
                    say_missing(draft, kind, other, (section, name))
    for name in draft.items["anchors"]:
        _check_circle(draft, name)


def is_there(draft: Draft, kind: str, name: str) -> bool:
    """Whether the pack has this; names of conclusions are only known when they are bound."""
    base = name.partition("@")[0] if kind in BOUND else name
    return kind == "conclusions" or base in known(draft, kind)


def known(draft: Draft, kind: str) -> Mapping[str, Any]:
    """What a name of a kind may stand for."""
    match kind:
        case "anchors":
            return {**draft.items["anchors"], **dict.fromkeys(BUILT_IN_ANCHORS)}
        case "days":
            return {**known(draft, "anchors"), **draft.items["measures"]}
        case "windows":
            return {**draft.items["windows"], **draft.items["moving_windows"], "here": None}
        case "measures":
            return {**draft.items["measures"], "newest": None}
        case _:
            return draft.items.get(kind, {})


def say_missing(draft: Draft, kind: str, name: str, place: Place) -> None:
    """Add the fault of an item that names what is not there."""
    base = name.partition("@")[0] if kind in BOUND else name
    there = [near for near in known(draft, kind) if near not in ("here", "newest")]
    draft.fault(*place, f"there is no {_WORDS.get(kind, kind.rstrip('s'))} `{base}`{suggestion(base, there)}", about=base)


def _check_circle(draft: Draft, name: str) -> None:
    """A fault for an anchor that is made of itself."""
    way = [name]

    def follow(at: str) -> bool:
        spec = draft.items["anchors"].get(at)
        for kind, other in named(spec) if spec is not None else ():
            if kind == "anchors" and (other == name or other not in way):
                way.append(other)
                if other == name or follow(other):
                    return True
                way.pop()
        return False

    if follow(name):
        draft.fault("anchors", name, f"this needs itself: {' -> '.join(way)}")
