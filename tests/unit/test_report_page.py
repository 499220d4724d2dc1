"""report.html for every kind of cohort: complete, safe, self-contained, and in the words of a journal."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser

import pytest

from engine.cohort.estimates import Comparison
from engine.cohort.results import NO_DATE, FlowStep, Group, LeftOut, Reason, Results
from engine.pack.program import Pack
from marrow.packs import load_pack
from marrow.report.drawings import Drawings, ForeignDrawing, drawn, placed
from marrow.report.methods import methods
from marrow.report.page import Contents, page
from marrow.report.provenance import in_words
from marrow.report.reproduction import Reproduced
from marrow.report.words import counted, day, median_range, p_value, per_cent, plain, probability, rounded, share, unit, within
from tests import sample_results
from tests.sample_results import MONTH, empty, one_group, one_patient, sample, three_groups
from tests.trial import results, trial

COHORTS: dict[str, Callable[[], Results]] = {
    "sample": sample,
    "one_group": one_group,
    "three_groups": three_groups,
    "empty": empty,
    "one_patient": one_patient,
}
PROBLEMS = [("unit.unknown", "the unit is not known", 3), ("code.vague", "the code says less than it should", 12)]
PRINTED = [
    Reproduced("Table 1", "median age", "MSC", "4 (1–10)", "4 (1–10)", True),
    Reproduced("Table 1", "p of age", None, "0.438", "0.439", False, "the ages are invented"),
    Reproduced("Results", "months to the second treatment", "control", "", None, None, "the source does not print them"),
]


@cache
def pack() -> Pack:
    return load_pack("lan_2021")


def written(results: Results, **changed: object) -> str:
    contents = Contents(pack(), results, PROBLEMS, {"used": 712, "rejected": 2}, PRINTED)
    return page(replace(contents, **changed))  # type: ignore[arg-type]


class Text(HTMLParser):
    """What a page says, without its style; which elements are open where; every id."""

    NEVER_CLOSED = frozenset({"meta", "link", "br", "hr", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.ids += [str(given["id"])] if "id" in given else []
        self.links += [str(given["href"])] if tag == "a" else []
        if tag not in self.NEVER_CLOSED:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).split())


def line_of(html: str, head: str) -> list[str]:
    """The cells of the first table line with this head, as text."""
    for line in re.findall(r"<tr.*?</tr>", html, re.DOTALL):
        cells = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<t[hd].*?</t[hd]>", line, re.DOTALL)]
        if cells[0] == head:
            return cells[1:]
    raise AssertionError(f"no line {head}")


# --- every cohort ---


@pytest.mark.parametrize("name", COHORTS)
def test_a_page_is_whole_for_every_cohort(name: str) -> None:
    results = COHORTS[name]()
    found = Text(written(results, drawings=drawn(results, MONTH)))
    assert found.open == []
    assert [one for one in found.ids if found.ids.count(one) > 1] == []
    assert [link for link in found.links if link.startswith("#") and link[1:] not in found.ids] == []
    assert found.tags.count("h1") == found.tags.count("main") == 1
    assert found.tags.count("table") == found.tags.count("caption")


@pytest.mark.parametrize("name", COHORTS)
def test_nothing_is_said_that_is_no_word_of_a_report(name: str) -> None:
    said = Text(written(COHORTS[name](), drawings=drawn(COHORTS[name](), MONTH))).text
    assert re.findall(r"\b(?:None|nan|inf|Decimal|True|False|Undefined)\b|\{\{|\}\}", said) == []


@pytest.mark.parametrize("name", COHORTS)
def test_nothing_is_loaded_from_anywhere(name: str) -> None:
    html = written(COHORTS[name](), drawings=drawn(COHORTS[name](), MONTH))
    found = Text(html)
    assert {"script", "img", "iframe", "object", "embed", "video", "source"} & set(found.tags) == set()
    assert re.findall(r"@import|url\((?!#)|@font-face", html) == []
    assert re.findall(r"<link[^>]*>", html) == ['<link rel="icon" href="data:,">']


def test_the_same_contents_are_the_same_text() -> None:
    assert written(sample()) == written(sample())


def test_sections_and_tables_are_numbered_in_order_without_gaps() -> None:
    html = written(sample(), drawings=drawn(sample(), MONTH))
    assert [int(number) for number in re.findall(r'class="number">(\d+)<', html)] == [*range(1, 15)]
    assert [int(number) for number in re.findall(r"<b>Table (\d+)\.", html)] == [*range(1, 15)]
    assert [int(number) for number in re.findall(r"<b>Figure (\d+)\.", html)] == [*range(1, 6)]


def test_a_section_that_has_nothing_is_not_there() -> None:
    found = Text(written(empty(), reproduction=()))
    assert not {"baseline", "response", "adverse-events", "long-term", "reproduction"} & set(found.ids)
    assert {"summary", "flow", "parameters", "data", "methods"} <= set(found.ids)


# --- what it says ---


def test_the_summary_says_who_how_long_and_what_came_out() -> None:
    text = Text(written(sample())).text.replace("\xa0", " ")
    assert "18 patients are in the analysis (9 with cells; 9 without cells), followed for a median of 48.0 months" in text
    assert "Failure-free survival at 48 months: with cells 38.1% (95% CI 8.9–68.0%), without cells 66.7%" in text
    assert "; log-rank test, p = 0.153." in text
    assert "day 90, 1 of 9 (11%; 1 undetermined) v. 2 of 9 (22%)" in text
    assert "died, 1 of 9 v. 1 of 9; transplanted, 4 of 9 v. 2 of 9." in text
    assert "1 of 2 numbers of the source are equal at the printed precision; 1 differs and 1 more cannot be computed." in text


def test_the_summary_of_nobody_and_of_one() -> None:
    assert "Nobody is in the analysis." in Text(written(empty())).text
    alone = Text(written(one_patient())).text.replace("\xa0", " ")
    assert "1 patient is in the analysis, followed for a median of 53.0 months." in alone


def test_lines_of_the_tables() -> None:
    html = written(sample())
    assert line_of(html, "Age, years") == ["4 (1–10)", "5 (3–9)", "0.438 a"]
    assert line_of(html, "Leucocytes, ×10⁹/L") == ["3.48 (0.57–4.79) 1 unknown", "2.60 (0.65–5.23)", "0.800 a"]
    assert line_of(html, "Platelets, ×10⁹/L")[2].replace("\xa0", " ") == "&lt; 0.001 a"
    assert line_of(html, "Very severe") == ["7 (78%)", "5 (56%)", ""]
    assert line_of(html, "Overall response")[0].startswith("0 (0%)")
    assert line_of(html, "Anaphylaxis") == ["3 (33%)", "1 (11%)", "0", "0", "0", "0"]
    assert line_of(html, "Died") == ["1 (11%)", "1 (11%)"]
    assert line_of(html, "Events") == ["5", "3", "0.153 a"]
    assert line_of(html, "Median, months") == ["10.0", "— b", ""]
    assert line_of(html, "48 months") == ["38.1 ± 17.2 CI 8.9–68.0; 1 at risk", "66.7 ± 15.7 CI 28.2–87.8; 5 at risk", ""]
    assert line_of(html, "All patients") == ["18", "48.0", "5.0–54.0", "48.0"]
    assert line_of(html, "Regulatory T cells, %")[2] == "0.033 a F(1, 16) = 1.70"


def test_where_there_is_no_p_value_the_reason_is_below_the_table() -> None:
    html = written(replace(three_groups(), endpoints=three_groups().endpoints[1:]))
    assert line_of(html, "Events") == ["1", "1", "1", "— a"]
    assert "<sup>a</sup> There is nothing to compare." in html


def test_one_group_is_compared_with_nobody() -> None:
    html = written(one_group())
    assert line_of(html, "Age, years") == ["4 (1–10)"]
    assert line_of(html, "Events") == ["5"]
    assert line_of(html, "Day 0") == ["0.07 (0.00–0.36)"]
    assert "by group" not in html and not re.search(r"<th[^>]*>p</th>", html)


def test_what_an_undetermined_response_could_come_to_is_said() -> None:
    row = sample().response[1]
    open_ = replace(
        row, groups=(replace(row.groups[0], rate_at_most=0.2222), replace(row.groups[1], rate_at_most=row.groups[1].rate))
    )
    html = written(replace(sample(), response=(open_,)))
    assert line_of(html, "Overall response") == ["1 (11%) at most 22%", "2 (22%) 95% CI 2.8–60.0%"]


def test_labels_lose_their_capital_within_a_sentence() -> None:
    labels = ("Deaths", "MDS or AML", "T cells", "X-ray", "", "a")
    assert [within(label) for label in labels] == ["deaths", "MDS or AML", "T cells", "X-ray", "", "a"]


def test_events_without_a_grade_have_a_column_only_where_there_are_some() -> None:
    assert "No grade" not in written(sample())
    assert line_of(written(three_groups()), "Infections")[-1] == "1 (13%)"


def test_a_printed_number_and_the_computed_one_are_equal_or_not_by_a_sign() -> None:
    html = written(sample())
    assert line_of(html, "median age") == ["", "4 (1–10) = 4 (1–10)", ""]
    assert line_of(html, "p of age") == ["0.438 ≠ 0.439 a", "", ""]
    assert line_of(html, "months to the second treatment") == ["", "", "— b"]
    assert line_of(html, "Table 1") == ["1 of 2 equal", "", ""]
    assert "Differs: p of age (Table 1). The ages are invented." in html


def test_a_parameter_that_the_caller_set_is_named_and_marked() -> None:
    text = Text(page(Contents(load_pack("lan_2021", {"ti.days": "56"}), sample(), (), {}))).text
    assert "Changed by the caller: ti.days. All other parameters have the pack’s default." in text
    assert text.count("changed; default 28 days") == 1
    assert "Every parameter has the pack’s default" in Text(written(sample())).text


def test_the_data_are_told_by_kind_the_most_frequent_first() -> None:
    html = written(sample())
    assert "714\xa0resources were read: 712 used and 2 rejected." in html
    assert html.index("code.vague") < html.index("unit.unknown")
    bare = Text(page(Contents(pack(), sample(), (), {}))).text
    assert "No resource was read." in bare and "No problem was found in the data." in bare


def test_the_methods_say_only_what_was_done() -> None:
    text = Text(written(sample())).text.replace("\xa0", " ")
    assert "a month has 30.4375 days" in text and "as of 13 April 2018" in text
    assert "to the first of treatment failure, relapse or death [F1, F2]; who had no event is censored." in text
    assert "Clopper-Pearson" in text and "Aalen-Johansen" in text and "Fisher’s exact test" in text
    assert "days in a month: 30.4375 days" in text
    assert "Groups are not compared." in Text(written(one_group())).text
    assert "Clopper-Pearson" not in Text(written(empty())).text
    assert "Nothing in the data has a date." in Text(written(replace(sample(), cutoff=NO_DATE))).text


def test_the_methods_say_what_a_competing_event_does_in_the_curve() -> None:
    said = dict(methods(trial(), results("arm undated = red; seen day 30")))
    in_the_curve = "surgery before that censors in the curve and competes in the cumulative incidence."
    assert said["Relapse-free survival (RFS)"].endswith(in_the_curve)
    assert "surgery" not in said["Overall survival (OS)"]


# --- the flow ---


def test_who_stopped_stands_beside_the_stream_and_what_is_said_of_those_in_it_below() -> None:
    steps = (
        FlowStep("screened", "screened", 20, ()),
        FlowStep("ineligible", "not eligible", 0, (), (), "beside"),
        FlowStep("undetermined", "not determined", 2, (), (Reason("x", "something is missing", 2),), "beside"),
        FlowStep("eligible", "eligible", 18, ()),
        FlowStep("treated", "treated", 17, (9, 8), (Reason("lost", "never came", 1),)),
        FlowStep("day 9", "graded at day 9", 1, (1, 0), (Reason("x", "something is missing", 16),), "of"),
        FlowStep("OS", "in the analysis of survival", 17, (9, 8), (), "of"),
    )
    html = written(replace(sample(), flow=steps))
    labels = re.findall(r'class="label">(.*?)<', html)
    assert labels[:5] == ["Screened", "Not eligible", "Not determined", "Eligible", "Treated"]
    stream, below = html.split("Of those in the analysis")
    assert stream.count('<li class="beside">') == 2 and "In the analysis of survival" not in stream
    assert below.index("Graded at day 9") < below.index("In the analysis of survival")
    assert html.count("Not among them") == 2


def test_who_was_left_out_is_said_once() -> None:
    left = (LeftOut("never came", None, 1), LeftOut("no day of birth", "MSC", 2))
    steps = (FlowStep("treated", "treated", 17, (9, 8), (Reason("never came", "never came", 1),)),)
    html = written(replace(sample(), left_out=left, flow=steps, endpoints=()))
    assert html.count("ever came") == 1
    assert "Left out of the analysis, with cells: 2\xa0patients (no day of birth)." in html


# --- what comes from outside ---


def test_markup_in_labels_is_text() -> None:
    groups = (Group("MSC", '<b>bold</b> & "quoted"', 9), Group("control", "x" * 200, 9))
    html = written(
        replace(sample(), groups=groups),
        problems=[("<script>alert(1)</script>", "<img src=x>", 1)],
        notes=["<i>nobody</i>"],
        reproduction=[Reproduced("<p>", "<u>", "<s>", "<q>", "<q>", True)],
        drawings=drawn(replace(sample(), groups=groups), MONTH),
    )
    assert {"b", "script", "img", "i", "u", "s", "q"} & set(Text(html).tags) == {"b"}
    assert "<b>bold" not in html


def test_only_an_address_of_the_web_becomes_a_link() -> None:
    bad = replace(pack(), manifest=pack().manifest.model_copy(update={"url": "javascript:alert(1)"}))
    assert 'href="javascript' not in page(Contents(bad, sample(), (), {}))
    assert f'<a href="{pack().manifest.url}"' in written(sample())


@pytest.mark.parametrize(
    "svg",
    [
        "<svg><script>x</script></svg>",
        '<svg onload="x"></svg>',
        '<svg><image href="https://example.org/a.png"/></svg>',
        '<svg><rect fill="url(https://example.org)"/></svg>',
        "<svg><foreignObject/></svg>",
        "no drawing",
    ],
)
def test_a_drawing_that_would_load_or_run_something_is_refused(svg: str) -> None:
    with pytest.raises(ForeignDrawing, match="figure x"):
        placed(svg, "x")


def test_a_drawing_may_say_anything() -> None:
    svg = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><text>group one = "a"; href="b"</text></svg>'
    assert placed(svg, "x") == svg.partition("\n")[2]


def test_a_page_needs_no_drawings() -> None:
    assert "<svg" not in written(sample(), drawings=Drawings())


# --- words ---


def test_shares_are_whole_per_cent_half_up() -> None:
    assert [per_cent(part, 9) for part in (1, 2, 3, 4, 5, 7)] == ["11%", "22%", "33%", "44%", "56%", "78%"]
    assert (per_cent(1, 200), per_cent(1, 201), per_cent(1, 8), per_cent(0, 0)) == ("1%", "0%", "13%", "—")
    assert (share(0, 9), share(2, 9), share(0, 0), share(12345, 12345)) == ("0", "2 (22%)", "—", "12 345 (100%)".replace(
        " 3", "\N{NARROW NO-BREAK SPACE}3"))  # fmt: skip


def test_numbers_are_rounded_half_up_as_they_read() -> None:
    assert (rounded(0.125, 2), rounded(2.675, 2), rounded(-0.04, 1), rounded(-1.25, 1)) == ("0.13", "2.68", "0.0", "−1.3")
    assert probability(0.38095) == "38.1"
    assert [p_value(p) for p in (None, 0.15289, 0.001, 1.0)] == ["—", "0.153", "0.001", "1.000"]
    assert p_value(0.00042).replace("\xa0", " ") == "< 0.001"


def test_a_median_has_the_digits_of_its_range() -> None:
    assert median_range(Decimal(4), Decimal(1), Decimal(10)) == "4 (1–10)"
    assert median_range(Decimal("2.6"), Decimal("0.65"), Decimal("5.23")) == "2.60 (0.65–5.23)"
    assert median_range(Decimal("0.635"), Decimal("0.4"), Decimal("0.99")) == "0.635 (0.40–0.99)"
    assert median_range(Decimal("-1.5"), Decimal(-3), Decimal(0)) == "−1.5 (−3 to 0)"
    assert median_range(Decimal(1) / 3, Decimal(0), Decimal(1)) == "0.333 (0–1)"


def test_units_and_names_are_those_that_people_write() -> None:
    assert [unit(code) for code in ("10*9/L", "d", "%", "1", None, "mL/min/{1.73_m2}", "10*6/kg")] == [
        "×10⁹/L", "days", "%", "", "", "mL/min/1.73 m²", "×10⁶/kg",
    ]  # fmt: skip
    assert plain("grade_3_4") == "grade 3–4"
    assert (in_words(Decimal(1), "mo"), in_words(Decimal(18), "a"), in_words(Decimal(25), "%")) == ("1 month", "18 years", "25%")
    assert in_words((Decimal(-2), Decimal(5)), "d") == "−2 to 5 days"
    assert (in_words((), None), in_words(("a", "b"), None), in_words(True, None)) == ("none", "a, b", "true")
    assert day(sample_results.CUTOFF).replace("\xa0", " ") == "13 April 2018"
    assert (counted(9999), counted(10000)) == ("9999", "10\N{NARROW NO-BREAK SPACE}000")


def test_a_test_that_nobody_named_keeps_its_own_name() -> None:
    rows = tuple(replace(row, comparison=Comparison("van_elteren", 0.2)) for row in sample().baseline)
    assert "<sup>a</sup> Van elteren." in written(replace(sample(), baseline=rows))


def test_a_test_that_was_done_without_a_group_says_so() -> None:
    without = Comparison("student_t", 0.2, why="without the groups that have fewer than two values")
    rows = tuple(replace(row, comparison=without) for row in three_groups().baseline)
    noted = "Student’s t test (pooled variance, two-sided), without the groups that have fewer than two values."
    assert f"<sup>a</sup> {noted}" in written(replace(three_groups(), baseline=rows))
