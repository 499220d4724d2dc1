"""Drawings of the report: which there are, and how a whole SVG document becomes a part of a page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from engine.cohort.courses import known
from engine.cohort.results import Endpoint, RepeatedRow, Results

_BEFORE = re.compile(r"^.*?(?=<svg\b)", re.DOTALL)
_NAMESPACE = re.compile(r'\bxmlns(?::\w+)?="[^"]*"')
_TAG = re.compile(r"<[^>]*>")
_FOREIGN = re.compile(
    r"<script\b|<foreignObject\b|<!ENTITY|\son\w+\s*=\s*[\"']|@import|(?:href|src)=[\"'](?!#|data:image/)|url\((?![\"']?#)",
    re.IGNORECASE,
)


class ForeignDrawing(ValueError):
    """Our fault: a drawing that would run or load something."""


@dataclass(frozen=True, slots=True)
class Drawings:
    """SVG documents: of endpoints and of their kinds of events by the endpoint's name, of courses by panel."""

    endpoints: Mapping[str, str] = field(default_factory=dict)
    incidences: Mapping[str, str] = field(default_factory=dict)
    courses: Mapping[str, str] = field(default_factory=dict)


def drawn(results: Results, month_days: Decimal) -> Drawings:
    """Every drawing that the results have something for; the library that draws is loaded here."""
    from marrow.report.figures import endpoint_figure, incidence_figure, time_course_figure

    curves = [endpoint for endpoint in results.endpoints if any(curve.n for curve in endpoint.curves)]
    return Drawings(
        endpoints={one.name: endpoint_figure(results, one, month_days) for one in curves},
        incidences={one.name: incidence_figure(results, one, month_days) for one in curves if several_kinds(one)},
        courses={panel: time_course_figure(results, panel) for panel, rows in panels(results).items() if any(map(_known, rows))},
    )


def several_kinds(endpoint: Endpoint) -> bool:
    """Whether the endpoint has kinds of events that compete."""
    return len({one.event for one in endpoint.incidences}) > 1


def panels(results: Results) -> dict[str, list[RepeatedRow]]:
    """Measures through time, by the panel that shows them together."""
    found: dict[str, list[RepeatedRow]] = {}
    for row in results.repeated:
        found.setdefault(row.panel, []).append(row)
    return found


def _known(row: RepeatedRow) -> bool:
    return any(known(group, day) for group in row.values for day in range(len(row.days)))


def placed(svg: str, name: str) -> str:
    """An SVG document as an element of a page. Raises ForeignDrawing where it would run or load something."""
    body = _BEFORE.sub("", svg, count=1)
    if not body.startswith("<svg") or any(map(_foreign, _TAG.findall(body))):
        raise ForeignDrawing(f"figure {name}: not an SVG document that stands alone")
    return body


def _foreign(tag: str) -> bool:
    """Whether a tag does more than draw; what stands between tags is text."""
    return _FOREIGN.search(_NAMESPACE.sub("", tag)) is not None
