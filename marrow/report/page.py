"""report.html: one file with everything that a cohort came to, for paper, screen and phone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from engine.cohort.results import Results
from engine.pack.program import Pack
from marrow.report.blocks import Block, Figure, Heading, Points, Section, Table, Terms
from marrow.report.drawings import Drawings, panels, placed, several_kinds
from marrow.report.findings import findings
from marrow.report.flow import flow_blocks
from marrow.report.methods import methods
from marrow.report.printed import reproduced_sentence, reproduction_blocks
from marrow.report.provenance import data_blocks, parameter_blocks, statements_table
from marrow.report.reproduction import Reproduced
from marrow.report.tables import adverse_events_table, baseline_table, long_term_table, response_table
from marrow.report.time_tables import courses_table, curves_table, follow_up_table, incidence_table
from marrow.report.words import CONFIDENCE, by_group, capital, counted, day, group_label, listed, plain

TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a report is made of.

    problems: code, message (never a patient's data) and how often. resources: how many by what became of them.
    notes: sentences for the title block. drawings: SVG documents, see `marrow.report.drawings.drawn`.
    """

    pack: Pack
    results: Results
    problems: Sequence[tuple[str, str, int]]
    resources: Mapping[str, int]
    reproduction: Sequence[Reproduced] = ()
    notes: Sequence[str] = ()
    drawings: Drawings = field(default_factory=Drawings)


def page(contents: Contents) -> str:
    """The whole of report.html: loads nothing, the same text for the same contents."""
    sections = _numbered([section for section in _sections(contents) if section.blocks])
    template = _environment().get_template("page.html")
    return template.render(
        title=contents.pack.manifest.title,
        manifest=contents.pack.manifest,
        address=_address(contents.pack.manifest.url),
        facts=_facts(contents),
        notes=contents.notes,
        sections=sections,
        style=Markup(_style()),  # noqa: S704 (our own file)
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@cache
def _style() -> str:
    return (TEMPLATES / "page.css").read_text(encoding="utf-8")


def _address(url: str) -> str:
    """The address where it is one of the web; anything else is not made a link."""
    return url if url.startswith(("https://", "http://")) else ""


def _facts(contents: Contents) -> tuple[tuple[str, str], ...]:
    """What stands in the title block, term by term."""
    manifest, results = contents.pack.manifest, contents.results
    split = "; ".join(f"{counted(group.n)} {group_label(group)}" for group in results.groups)
    total = counted(sum(group.n for group in results.groups))
    return (
        *((("Registry", manifest.registry),) if manifest.registry else ()),
        ("Rule pack", f"{manifest.name} {manifest.version}"),
        ("Data cut-off", "no date in the data" if results.as_of is None else day(results.cutoff)),
        ("Patients in the analysis", f"{total} ({split})" if len(results.groups) > 1 else total),
    )


# --- sections ---


def _sections(contents: Contents) -> Iterator[Section]:
    results, pack = contents.results, contents.pack
    yield Section("summary", "Summary", _summary(contents))
    yield Section("flow", "Patient flow", flow_blocks(results))
    yield Section("baseline", "Baseline", (baseline_table(results),) if results.baseline else ())
    yield Section("response", "Response", (response_table(results),) if results.response else ())
    yield Section("adverse-events", "Adverse events", (adverse_events_table(results),) if results.adverse_events else ())
    yield Section("long-term", "Long-term outcomes", (long_term_table(results),) if results.long_term else ())
    yield Section("endpoints", _titled(contents), tuple(_endpoints(contents)))
    yield Section("incidence", "Cumulative incidence", tuple(_incidences(contents)))
    yield Section("courses", "Measures through time", tuple(_courses(contents)))
    yield Section("follow-up", "Follow-up", (follow_up_table(results),) if results.follow_up else ())
    numbers = contents.reproduction
    yield Section(
        "reproduction", "Beside the printed numbers", reproduction_blocks(numbers, contents.results.groups) if numbers else ()
    )
    statements = statements_table(pack)
    yield Section("parameters", "Parameters in force", (*parameter_blocks(pack), *((statements,) if statements else ())))
    yield Section("data", "The data", data_blocks(contents.problems, contents.resources))
    yield Section("methods", "How each number was computed", (Terms(tuple(methods(pack, results))),))


def _titled(contents: Contents) -> str:
    names = [endpoint.label for endpoint in contents.results.endpoints]
    return capital(listed(names)) if len(names) < 3 else "Endpoints"


def _summary(contents: Contents) -> tuple[Block, ...]:
    said = [*findings(contents.results)]
    if contents.reproduction:
        said.append(reproduced_sentence(contents.reproduction))
    return (Points(tuple(said)),)


def _endpoints(contents: Contents) -> Iterator[Block]:
    for endpoint in contents.results.endpoints:
        if len(contents.results.endpoints) > 1:
            yield Heading(f"{capital(endpoint.label)} ({endpoint.name})")
        yield from _figure(
            contents.drawings.endpoints.get(endpoint.name),
            f"endpoint-{endpoint.name.lower()}",
            f"{capital(endpoint.label)} ({endpoint.name}){by_group(contents.results.groups)}",
            f"Bands: {CONFIDENCE} at each time. Upright marks: censored patients. Below: how many are at risk.",
        )
        yield curves_table(endpoint, contents.results.groups)


def _incidences(contents: Contents) -> Iterator[Block]:
    for endpoint in contents.results.endpoints:
        if several_kinds(endpoint):
            yield from _figure(
                contents.drawings.incidences.get(endpoint.name),
                f"incidences-{endpoint.name.lower()}",
                f"Cumulative incidence of the events of {endpoint.label} ({endpoint.name}){by_group(contents.results.groups)}",
                "",
            )
            yield incidence_table(endpoint, contents.results.groups)


def _courses(contents: Contents) -> Iterator[Block]:
    labels = {panel.name: panel.label for panel in contents.pack.statistics.repeated_measures}
    found = panels(contents.results)
    for panel, rows in found.items():
        label = capital(labels.get(panel, plain(panel)))
        if len(found) > 1:
            yield Heading(label)
        yield from _figure(
            contents.drawings.courses.get(panel),
            f"courses-{panel}",
            f"{label} through time{by_group(contents.results.groups)}",
            "Thick lines: medians. Thin lines: single patients, or a band of the middle half where they are many.",
        )
        yield courses_table(rows, contents.results.groups, f"{label} through time{by_group(contents.results.groups)}")


def _figure(svg: str | None, name: str, caption: str, explained: str) -> Iterator[Block]:
    if svg is not None:
        yield Figure(name, caption, Markup(placed(svg, name)), explained)  # noqa: S704 (checked when placed)


def _numbered(sections: Sequence[Section]) -> list[Section]:
    """Tables and figures with their numbers, in the order of the page."""
    last = {"table": 0, "figure": 0}
    found = []
    for section in sections:
        blocks: list[Block] = []
        for block in section.blocks:
            if isinstance(block, Table | Figure):
                last[block.kind] += 1
                blocks.append(replace(block, number=last[block.kind]))
            else:
                blocks.append(block)
        found.append(replace(section, blocks=tuple(blocks)))
    return found
