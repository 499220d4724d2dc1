"""The figures of a report, each one SVG document as text that stands alone or inside a page."""

from collections.abc import Sequence
from decimal import Decimal

from engine.cohort.results import Endpoint, Results
from marrow.report.figure_course import MOST_LINES, Course, course, course_panel, is_band
from marrow.report.figure_incidence import incidence_panels
from marrow.report.figure_panel import Sheet
from marrow.report.figure_sheet import drawn
from marrow.report.figure_survival import MOST_CENSORING_MARKS, followed_scale, marks_are_left_out, survival_panel
from marrow.report.figure_svg import figure_id, sentence
from marrow.report.figure_words import course_words, group_keys, incidence_words, survival_words
from marrow.report.words import capital, exact

TOO_FEW = "A curve needs at least two patients; the analysis has {}."
BESIDE = Sheet(columns=2, width=330, height=224)
ALONE = Sheet(columns=1, width=400, height=250)
THREE = Sheet(columns=3, width=172, height=148)
TWO = Sheet(columns=2, width=238, height=148)


def survival_figure(results: Results, title: str, month_days: Decimal) -> str:
    """All endpoints with their numbers at risk, lettered from A. month_days: how many days a month has."""
    prefix = figure_id("survival")
    if not results.endpoints:
        return sentence(prefix, title, "No endpoint is followed.")
    if (few := max(_patients(endpoint) for endpoint in results.endpoints)) < 2:
        return sentence(prefix, title, _too_few(few))
    sheet = BESIDE if len(results.endpoints) > 1 else ALONE
    letters = [chr(ord("A") + place) for place in range(len(results.endpoints))] if len(results.endpoints) > 1 else [""]
    scale = followed_scale(results.endpoints, month_days, sheet.width)
    panels = [
        survival_panel(endpoint, results.groups, month_days, letter, scale)
        for letter, endpoint in zip(letters, results.endpoints, strict=True)
    ]
    words = [survival_words(endpoint, results.groups) for endpoint in results.endpoints]
    return drawn(panels, sheet, prefix, title, " ".join([*words, _how_to_read(results.endpoints)]), shown=bool(title))


def endpoint_figure(results: Results, endpoint: Endpoint, month_days: Decimal) -> str:
    """One endpoint with its numbers at risk."""
    prefix, title = figure_id("endpoint", endpoint.name), capital(endpoint.label)
    if (few := _patients(endpoint)) < 2:
        return sentence(prefix, title, _too_few(few))
    panel = survival_panel(endpoint, results.groups, month_days, "", followed_scale([endpoint], month_days, ALONE.width))
    words = f"{survival_words(endpoint, results.groups)} {_how_to_read([endpoint])}"
    return drawn([panel], ALONE, prefix, title, words)


def incidence_figure(results: Results, endpoint: Endpoint, month_days: Decimal) -> str:
    """The cumulative incidence of each kind of event of an endpoint, the groups together."""
    prefix, title = figure_id("incidence", endpoint.name), f"{capital(endpoint.label)}: cumulative incidence"
    if (few := _patients(endpoint)) < 2:
        return sentence(prefix, title, _too_few(few))
    if not endpoint.incidences:
        return sentence(prefix, title, "No kinds of event are told apart.")
    kinds = len({one.event for one in endpoint.incidences})
    sheet = _several(kinds)
    panels = incidence_panels(endpoint, month_days, sheet.width)
    return drawn(panels, sheet, prefix, title, incidence_words(endpoint, results.groups), keys=group_keys(results.groups))


def time_course_figure(results: Results, panel: str) -> str:
    """All measures of a panel through time, lettered from a."""
    rows = [row for row in results.repeated if row.panel == panel]
    prefix, title = figure_id("course", panel), f"Through time: {', '.join(row.label for row in rows)}"
    if not rows:
        return sentence(prefix, "Through time", "Nothing is measured through time.")
    if (few := max(sum(map(len, row.values)) for row in rows)) < 2:
        return sentence(prefix, title, _too_few(few).replace("curve", "course"))
    courses = [course(row) for row in rows]
    letters = [chr(ord("a") + place) for place in range(len(rows))] if len(rows) > 1 else [""]
    panels = [course_panel(one, letter) for letter, one in zip(letters, courses, strict=True)]
    words = [course_words(one.row, results.groups, _medians(one)) for one in courses]
    if any(is_band(patients) for row in rows for patients in row.values):
        words.append(f"Groups of more than {MOST_LINES} patients are shown by their median and quartiles.")
    return drawn(panels, _several(len(rows)), prefix, title, " ".join(words), keys=group_keys(results.groups))


def _several(panels: int) -> Sheet:
    """Three in a row where that comes out even, else two; one stands alone."""
    if panels == 1:
        return ALONE
    return THREE if panels % 3 == 0 else TWO


def _patients(endpoint: Endpoint) -> int:
    return sum(curve.n for curve in endpoint.curves)


def _too_few(patients: int) -> str:
    return TOO_FEW.format("one patient" if patients else "no patients")


def _how_to_read(endpoints: Sequence[Endpoint]) -> str:
    many = any(marks_are_left_out(curve) for endpoint in endpoints for curve in endpoint.curves)
    marks = (
        f"marks of censored patients are left out where a group has more than {MOST_CENSORING_MARKS} of them"
        if many
        else "upright marks are censored patients"
    )
    return f"Shaded bands are pointwise 95% confidence limits; {marks}."


def _medians(course: Course) -> list[list[tuple[int, int, str]]]:
    return [[(course.row.days[middle.place], middle.n, exact(middle.median)) for middle in middles] for middles in course.groups]
