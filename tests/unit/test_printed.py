"""The shape of printed numbers: one number or one for each group, and either the computed one's place or why there is none."""

from typing import Any

import pytest

from engine.pack.printed import PrintedSpec
from engine.pack.shapes import checked

HEAD = {"place": "Table 1", "label": "age: median", "source": ["B1"]}


def faults(**more: Any) -> list[str]:
    _, found = checked(PrintedSpec, {**HEAD, **more})
    return [message for _, message in found]


@pytest.mark.parametrize(
    "more",
    [
        {"values": {"MSC": "4", "control": "5"}, "of": "baseline[age_years].median"},
        {"value": "0.438", "of": "baseline[age_years].p"},
        {"value": "18", "of": "endpoints[OS].n", "as": "total"},
        {"values": {"MSC": "38.1"}, "of": "endpoints[FFS].at[48].survival", "as": "percent"},
        {"values": {"MSC": "33"}, "of": "adverse_events[Anaphylaxis (including drug fever)].grade_1_2", "as": "percent_of_n"},
        {"value": "5", "of": "follow_up.range_months.0"},
        {"value": "1", "cannot": "no table holds it"},
        {"cannot": "the figure prints no numbers"},
    ],
)
def test_what_is_printed_is_sound(more: dict[str, Any]) -> None:
    assert faults(**more) == []


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"value": "4"}, "exactly one of `of` and `cannot`"),
        ({"value": "4", "of": "baseline[age].p", "cannot": "not printed"}, "exactly one of `of` and `cannot`"),
        ({"of": "baseline[age].p"}, "`value` or `values` is needed"),
        ({"value": "4", "values": {"MSC": "4"}, "of": "baseline[age].p"}, "either `value` or `values`"),
        ({"cannot": "not printed", "as": "percent"}, "`as` says how `of` is shown, and is nothing without it"),
        ({"values": {"MSC": "4"}, "of": "deaths[all].n", "as": "total"}, "a total is one number: `value`"),
    ],
)
def test_what_contradicts_itself_is_refused(more: dict[str, Any], fault: str) -> None:
    (said,) = faults(**more)
    assert fault in said


@pytest.mark.parametrize("number", ["4.", ".5", "1,84", "4 %", "about 4", ""])
def test_a_printed_number_is_digits(number: str) -> None:
    assert faults(value=number, of="baseline[age].p")


@pytest.mark.parametrize(
    "path", ["baseline[age]median", "baseline..p", "[age].p", "baseline[].p", "baseline[a[b]].p", "baseline.p."]
)
def test_a_path_is_names_and_rows(path: str) -> None:
    assert faults(value="4", of=path)
