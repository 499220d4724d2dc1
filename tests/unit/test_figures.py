"""Figures: what they say, that they stand alone or together in a page, and that they stay small."""

import hashlib
import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.cohort.results import Group, RepeatedRow, Results
from marrow.report.figure_ink import AXIS, INKS
from marrow.report.figure_scale import bounded, months_scale, share_scale, value_scale
from marrow.report.figures import endpoint_figure, incidence_figure, survival_figure, time_course_figure
from marrow.report.words import counted
from tests.sample_results import KINDS, MONTH, Followed, empty, endpoint, one_group, one_patient, sample, three_groups

ROOT = Path(__file__).resolve().parents[2]
TITLE = "What became of the patients"
LINK = "{http://www.w3.org/1999/xlink}href"
SVG = "{http://www.w3.org/2000/svg}"
MADE: dict[str, Callable[[], Results]] = {
    "two groups": sample,
    "one group": one_group,
    "three groups": three_groups,
    "nobody": empty,
    "one patient": one_patient,
}


def figures(results: Results) -> dict[str, str]:
    """Every figure of some results."""
    found = {"survival": survival_figure(results, TITLE, MONTH)}
    for one in results.endpoints:
        found[f"endpoint {one.name}"] = endpoint_figure(results, one, MONTH)
        found[f"incidence {one.name}"] = incidence_figure(results, one, MONTH)
    for panel in dict.fromkeys(row.panel for row in results.repeated):
        found[f"course {panel}"] = time_course_figure(results, panel)
    return found


def texts(svg: str) -> list[str]:
    """What can be read in a figure, piece by piece."""
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def description(svg: str) -> str:
    return ElementTree.fromstring(svg).findtext(f"{SVG}desc") or ""


def elements(svg: str) -> Iterator[ElementTree.Element]:
    return ElementTree.fromstring(svg).iter()


def cohort(patients: int, groups: int = 2, months: int = 120) -> Results:
    """As many patients in each group, with events, censoring and values from a fixed seed."""
    chance = random.Random(7)
    arms = tuple(Group(f"g{place}", f"arm {place + 1}", patients) for place in range(groups))
    kinds = ["", "", *KINDS]
    followed = [[Followed(chance.uniform(0, months), chance.choice(kinds)) for _ in range(patients)] for _ in arms]
    values = tuple(tuple(tuple(Decimal(chance.randrange(5, 900)) for _ in range(3)) for _ in range(patients)) for _ in arms)
    row = RepeatedRow("m", "something measured", "g/L", "counts", (0, 40, 90), values, (patients,) * groups, "group_by_time",
                      1.0, 2, 9, 0.5)  # fmt: skip
    endpoints = (endpoint("FFS", "failure-free survival", arms, followed, 0.2, tuple(KINDS)),)
    return replace(sample(), groups=arms, endpoints=endpoints, repeated=(row,))


# --- documents ---


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_every_figure_is_a_described_document(make: Callable[[], Results]) -> None:
    for svg in figures(make()).values():
        root = ElementTree.fromstring(svg)
        first, second = root[0], root[1]
        assert (root.tag, first.tag, second.tag) == (f"{SVG}svg", f"{SVG}title", f"{SVG}desc")
        assert first.text and second.text
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-labelledby"].split() == [first.attrib["id"], second.attrib["id"]]
        assert re.fullmatch(r"0 0 \d+ \d+", root.attrib["viewBox"])


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_no_figure_refers_to_anything_outside(make: Callable[[], Results]) -> None:
    for svg in figures(make()).values():
        assert svg.startswith("<svg")
        assert set(re.findall(r"https?://[^\"\s]*", svg)) == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
        assert not re.search(r"<!DOCTYPE|<script|<style|<image|<metadata|@import|url\(|\son\w+=", svg)
        assert all(link.startswith("#") for link in re.findall(r'href="([^"]*)"', svg))


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_ids_are_unique_when_all_figures_stand_in_one_page(make: Callable[[], Results]) -> None:
    drawn = [element.attrib for svg in figures(make()).values() for element in elements(svg)]
    ids = Counter(attributes["id"] for attributes in drawn if "id" in attributes)
    assert [name for name, count in ids.items() if count > 1] == []
    assert {attributes[LINK][1:] for attributes in drawn if LINK in attributes} <= set(ids)


def test_ids_of_endpoints_with_like_names_differ() -> None:
    results = sample()
    first, second = (replace(results.endpoints[0], name=name) for name in ("a b", "a_b"))
    ids = [set(re.findall(r'id="([^"]*)"', endpoint_figure(results, one, MONTH))) for one in (first, second)]
    assert not ids[0] & ids[1]


DIGESTS = """
import hashlib
from tests.unit.test_figures import figures
from tests.sample_results import three_groups
for name, svg in figures(three_groups()).items():
    print(name, hashlib.sha256(svg.encode()).hexdigest())
"""


def test_another_process_without_a_folder_for_settings_draws_the_same_bytes_and_says_nothing() -> None:
    env = {**os.environ, "PYTHONHASHSEED": "5", "MPLCONFIGDIR": "/dev/null/nowhere"}
    run = subprocess.run([sys.executable, "-c", DIGESTS], cwd=ROOT, capture_output=True, text=True, check=True, env=env)
    here = [f"{name} {hashlib.sha256(svg.encode()).hexdigest()}" for name, svg in figures(three_groups()).items()]
    assert (run.stdout.splitlines(), run.stderr) == (here, "")


def test_drawing_leaves_the_settings_of_matplotlib_alone() -> None:
    import matplotlib

    with matplotlib.rc_context({"lines.linewidth": 9, "svg.fonttype": "path", "axes.facecolor": "red"}):
        before = dict(matplotlib.rcParams)
        strange = figures(sample())
        assert dict(matplotlib.rcParams) == before
    assert strange == figures(sample())


LOADED = """
import sys
from tests.sample_results import empty, one_patient
from tests.unit.test_figures import figures
for make in (empty, one_patient):
    figures(make())
print(sorted({"matplotlib", "numpy"} & set(sys.modules)))
"""


def test_for_one_patient_or_none_no_library_is_loaded() -> None:
    run = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# --- what they say ---


def test_curves_name_groups_with_their_events_and_estimates() -> None:
    results = sample()
    read = texts(endpoint_figure(results, results.endpoints[0], MONTH))
    assert "with cells: 5 events in 9; 38.1% at 48 months (95% CI 8.9–68.0)" in read
    assert "without cells: 3 events in 9; 66.7% at 48 months (95% CI 28.2–87.8)" in read
    assert "48 months" in read


def test_numbers_at_risk_stand_below_the_ticks_with_the_name_of_their_group() -> None:
    results = sample()
    svg = endpoint_figure(results, results.endpoints[0], MONTH)
    read = texts(svg)
    ticks = ["0", "6", "12", "18", "24", "30", "36", "42", "48"]
    assert read[: len(ticks)] == ticks
    table = read[read.index("Number at risk") + 1 :]
    assert table == [*"983333321", "with cells", *"997666665", "without cells"]
    places = [element.attrib["x"] for element in elements(svg) if element.tag == f"{SVG}text"]
    start = read.index("Number at risk") + 1
    assert [float(x) for x in places[start : start + len(ticks)]] == pytest.approx(
        [float(x) for x in places[: len(ticks)]], abs=0.02
    )


def test_the_survival_figure_has_a_lettered_panel_for_each_endpoint() -> None:
    read = texts(survival_figure(sample(), TITLE, MONTH))
    assert (
        read.index(TITLE)
        < read.index("A")
        < read.index("Failure-free survival")
        < read.index("B")
        < read.index("Overall survival")
    )
    assert read.count("Number at risk") == 2


@pytest.mark.parametrize(
    ("p", "written"), [(0.15289, "p = 0.153"), (0.0004, "p < 0.001"), (0.001, "p = 0.001"), (1.0, "p = 1.000"), (None, None)]
)
def test_the_p_value_is_written_to_three_places_or_not_at_all(p: float | None, written: str | None) -> None:
    results = sample()
    one = results.endpoints[0]
    svg = endpoint_figure(results, replace(one, comparison=replace(one.comparison, p=p)), MONTH)
    found = [text for text in texts(svg) if "p =" in text or "p <" in text]
    assert found == ([f"Log-rank test, {written}"] if written else [])
    assert (f"Log-rank test: {written}." in description(svg)) == bool(written)


def test_the_description_says_the_numbers() -> None:
    results = sample()
    assert description(endpoint_figure(results, results.endpoints[0], MONTH)) == (
        "Failure-free survival, curves of the product-limit estimate in per cent by months. "
        "With cells: 9 patients, 5 events, 4 patients censored; 38.1% at 48 months (95% confidence interval 8.9 to 68.0); "
        "median 10.0 months. "
        "Without cells: 9 patients, 3 events, 6 patients censored; 66.7% at 48 months (95% confidence interval 28.2 to 87.8); "
        "median not reached. Log-rank test: p = 0.153. "
        "Shaded bands are pointwise 95% confidence limits; upright marks are censored patients."
    )


def test_a_curve_lies_where_its_numbers_are() -> None:
    results = sample()
    svg = endpoint_figure(results, results.endpoints[0], MONTH)
    paths = [element.attrib for element in elements(svg) if element.tag == f"{SVG}path"]
    (axis, *_), (curve,) = (
        [
            _corners(path["d"])
            for path in paths
            if (path.get("stroke"), path.get("stroke-width")) == look and re.search("[Lhv]", path["d"][9:])
        ]
        for look in ((AXIS, "0.8"), (INKS[0].colour, "1.9"))
    )
    (x, bottom), (_, top) = axis
    days = [step.days for step in results.endpoints[0].curves[0].steps]
    heights = dict.fromkeys(round((y - bottom) / (top - bottom), 3) for _, y in curve)
    assert list(heights) == [1, 0.889, 0.762, 0.635, 0.508, 0.381]
    falls = [(here[0] - x) / (curve[-1][0] - x) for here, after in pairwise(curve) if here[1] != after[1]]
    assert falls == pytest.approx([day / days[-1] for day in (152, 213, 247, 280, 304)], abs=0.001)


def _corners(path: str) -> list[tuple[float, float]]:
    """Where a path goes: to a place, or across and down from where it is."""
    found: list[tuple[float, float]] = []
    for x, y, across, down in re.findall(r"[ML] ([-.\d]+) ([-.\d]+)|h([-.\d]+)|v([-.\d]+)", path):
        here = found[-1] if found else (0.0, 0.0)
        found.append((float(x), float(y)) if x else (here[0] + float(across or 0), here[1] + float(down or 0)))
    return found


def test_incidence_has_a_panel_for_each_kind_of_event() -> None:
    results = sample()
    svg = incidence_figure(results, results.endpoints[0], MONTH)
    read = texts(svg)
    assert {"A", "Treatment failure", "B", "Relapse", "C", "Death", "with cells", "without cells"} <= set(read)
    assert [text for text in read if " of 9; " in text] == [
        "4 of 9; 50.8% at 48 months",
        "2 of 9; 22.2% at 48 months",
        "0 of 9; 0.0% at 48 months",
        "0 of 9; 0.0% at 48 months",
        "1 of 9; 11.1% at 48 months",
        "1 of 9; 11.1% at 48 months",
    ]
    assert "Treatment failure, with cells: 4 events in 9 patients, 50.8% at 48 months." in description(svg)


def test_courses_have_letters_units_days_tests_and_how_many_were_measured() -> None:
    svg = time_course_figure(sample(), "counts")
    read = texts(svg)
    assert [text for text in read if text in {"a", "b", "c", "d"}] == ["a", "b", "c", "d"]
    assert [text for text in read if "p =" in text or "p <" in text] == [
        "Group by time, p = 0.381",
        "Group by time, p = 0.052",
        "Group by time, p = 0.192",
        "Group by time, p < 0.001",
    ]
    assert read.count("×10⁹/L") == 3 and read.count("g/L") == 1
    assert read[:3] == ["0", "40", "90"]
    first = read.index("n")
    assert read[first + 1 : first + 7] == ["9", "8", "9", "9", "9", "8"]
    assert "Neutrophils in ×10⁹/L: with cells, median 0.07 on day 0 (n = 9), 0.25 on day 40 (n = 8)" in description(svg)


def test_each_patient_is_a_line_of_the_values_that_are_known() -> None:
    def lines(results: Results) -> int:
        svg = time_course_figure(results, "t_cells")
        return sum(element.attrib.get("stroke-width") == "0.7" for element in elements(svg))

    results = sample()
    assert lines(results) == 3 * 2 * 9
    emptied = [replace(row, values=(((None, None),), row.values[1])) for row in results.repeated]
    read = texts(time_course_figure(replace(results, repeated=tuple(emptied)), "t_cells"))
    assert read[read.index("n") + 1 : read.index("n") + 5] == ["0", "0", "9", "9"]


def test_a_group_without_patients_is_named_as_such() -> None:
    results = sample()
    groups = (results.groups[0], replace(results.groups[1], n=0))
    followed = ((Followed(5, "death"), Followed(10)), ())
    one = endpoint("OS", "overall survival", groups, followed, None)
    some = replace(results, groups=groups, endpoints=(one,))
    assert "without cells: no patients" in texts(endpoint_figure(some, one, MONTH))
    assert "Without cells: no patients." in description(survival_figure(some, TITLE, MONTH))
    assert "no patients" in texts(incidence_figure(some, one, MONTH))


def test_an_endpoint_without_patients_beside_one_with_some_is_an_empty_frame() -> None:
    results = sample()
    nobody = endpoint("OS", "overall survival", results.groups, ((), ()), None)
    read = texts(survival_figure(replace(results, endpoints=(results.endpoints[0], nobody)), TITLE, MONTH))
    assert "no patients" in read and read.count("Number at risk") == 1


def test_without_events_the_curve_stays_at_the_top() -> None:
    results = sample()
    one = endpoint("OS", "overall survival", results.groups, ((Followed(12), Followed(30)), (Followed(0), Followed(0))), None)
    read = texts(endpoint_figure(results, one, MONTH))
    assert "with cells: 0 events in 2; 100.0% at 24 months" in read
    assert "without cells: 0 events in 2" in read


@pytest.mark.parametrize(("make", "who"), [(empty, "no patients"), (one_patient, "one patient")], ids=["nobody", "one patient"])
def test_with_too_few_patients_a_sentence_says_so(make: Callable[[], Results], who: str) -> None:
    drawn = figures(make())
    assert [
        name for name, svg in drawn.items() if not any(text.endswith(f"the analysis has {who}.") for text in texts(svg))
    ] == []
    assert f"A curve needs at least two patients; the analysis has {who}." in texts(drawn["survival"])
    assert "A course needs at least two patients; the analysis has " + who + "." in texts(drawn["course counts"])


def test_what_is_not_there_is_said() -> None:
    results = sample()
    assert "No endpoint is followed." in texts(survival_figure(replace(results, endpoints=()), TITLE, MONTH))
    assert "Nothing is measured through time." in texts(time_course_figure(results, "another"))
    without = replace(results.endpoints[0], incidences=())
    assert "No kinds of event are told apart." in texts(incidence_figure(results, without, MONTH))
    unknown = replace(results.repeated[0], values=(((None,) * 3,), ((None,) * 3,)))
    assert "no values" in texts(time_course_figure(replace(results, repeated=(unknown,)), "counts"))


def test_labels_are_text_whatever_they_hold() -> None:
    results = sample()
    strange = 'a <b> & $x_1$ id="m" 骨髄'
    groups = (replace(results.groups[0], label=strange), results.groups[1])
    read = texts(endpoint_figure(replace(results, groups=groups), results.endpoints[0], MONTH))
    assert strange in read
    assert any(text.startswith(f"{strange}: 5 events") for text in read)


def test_long_names_are_broken_and_stand_once() -> None:
    results = sample()
    long = "immunosuppression of three drugs with three infusions of cells from the umbilical cord of an unrelated donor"
    groups = (replace(results.groups[0], label=long), results.groups[1])
    read = texts(endpoint_figure(replace(results, groups=groups), results.endpoints[0], MONTH))
    begun = next(place for place, text in enumerate(read) if text.startswith("immunosuppression"))
    assert " ".join(read[begun : begun + 3]).startswith(f"{long}: 5 events in 9;")
    assert "with cells" not in read[read.index("Number at risk") :]


# --- black and white ---


def luminance(colour: str) -> float:
    """The lightness of a colour in grey, from 0 for black to 1 for white."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_groups_differ_by_dash_marker_and_lightness() -> None:
    assert len({ink.dash for ink in INKS}) == len({ink.marker for ink in INKS}) == len({ink.colour for ink in INKS}) == len(INKS)
    steps = [abs(luminance(one.colour) - luminance(other.colour)) for one, other in pairwise(INKS)]
    assert min(steps) > 0.15
    assert max(luminance(ink.colour) for ink in INKS) < 0.7


def test_more_than_six_groups_begin_again() -> None:
    results = cohort(4, groups=8)
    assert len(texts(endpoint_figure(results, results.endpoints[0], MONTH))) > 8


# --- size ---


def test_figures_of_twenty_thousand_patients_stay_small_and_say_what_they_leave_out() -> None:
    results = cohort(10_000)
    drawn = figures(results)
    assert {name: len(svg) for name, svg in drawn.items() if len(svg) > 50_000} == {}
    assert "marks of censored patients are left out where a group has more than 100 of them" in description(drawn["survival"])
    assert "Groups of more than 60 patients are shown by their median and quartiles." in description(drawn["course counts"])
    assert counted(10_000) in texts(drawn["survival"])


def test_a_long_curve_keeps_its_shape() -> None:
    chance = random.Random(3)
    points = [(day / 10, level) for day, level in enumerate(sorted((chance.random() for _ in range(30_000)), reverse=True))]
    few = bounded(points, points[-1][0], 1)
    assert len(few) <= 801
    assert (few[0], few[-1]) == (points[0], points[-1])
    kept = iter(few)
    before, after = next(kept), next(kept)
    for point in points[1:]:
        while point > after:
            before, after = after, next(kept)
        assert before[0] <= point[0] <= after[0]
        assert before[1] >= point[1] >= after[1]
        assert after[1] == pytest.approx(point[1], abs=0.005)


# --- scales ---


@pytest.mark.parametrize(
    ("longest", "most", "ticks"),
    [
        (53, 9, [0, 6, 12, 18, 24, 30, 36, 42, 48]),
        (54.01, 9, [0, 6, 12, 18, 24, 30, 36, 42, 48, 54]),
        (53, 5, [0, 12, 24, 36, 48]),
        (0.3, 9, [0, 1]),
        (7, 9, [0, 1, 2, 3, 4, 5, 6, 7]),
        (5000, 5, [0, 1200, 2400, 3600, 4800]),
    ],
)
def test_months_have_round_ticks(longest: float, most: int, ticks: list[int]) -> None:
    scale = months_scale(longest, most)
    assert [at for at, _ in scale.ticks] == ticks
    assert scale.high >= longest


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        (["0.03", "2.16"], ["0.0", "0.5", "1.0", "1.5", "2.0", "2.5"]),
        (["69", "118"], ["0", "20", "40", "60", "80", "100", "120"]),
        (["-3", "4"], ["−4", "−2", "0", "2", "4"]),
        (["0.0008", "0.0011"], ["0.0000", "0.0002", "0.0004", "0.0006", "0.0008", "0.0010", "0.0012"]),
        (["0", "0"], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (["90000", "140000"], ["0", "50000", "100000", "150000"]),
        ([], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ],
)
def test_values_have_round_ticks_around_all_of_them(values: list[str], ticks: list[str]) -> None:
    scale = value_scale([Decimal(value) for value in values], "")
    assert [text for _, text in scale.ticks] == ticks
    assert all(scale.low <= float(value) <= scale.high for value in values)


@pytest.mark.parametrize(("largest", "top"), [(1, 100), (0.508, 60), (0.11, 12), (0.02, 10), (0, 10)])
def test_shares_end_just_above_the_largest(largest: float, top: float) -> None:
    assert share_scale(largest, "").high == top
