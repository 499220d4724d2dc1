"""The shape of printed numbers: one number or one for each group, and either the computed one's place or why there is none."""

from typing import Any

import pytest

from engine.pack.printed import PrintedSpec
from engine.pack.shapes import checked
from marrow.packs import load_pack

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


# --- the numbers of the shipped pack ---


def numbers(place: str, ending: str = "") -> list[str]:
    """What is printed in some place, by every item whose name ends so."""
    found = [spec for name, spec in load_pack("lan_2021").printed.items() if spec.place == place and name.endswith(ending)]
    return [number for spec in found for number in (*spec.values.values(), *filter(None, [spec.value]))]


def test_every_median_range_and_p_value_of_table_1_is_there() -> None:
    ranges = [number for ending in ("_median", "_min", "_max") for number in numbers("Table 1", ending)]
    assert len(ranges) == 11 * 3 * 2
    assert len(numbers("Table 1", "_p")) == 13
    assert len(numbers("Table 1")) == 66 + 13 + 2 + 2 * 2 + 4 * 2  # and children, boys and girls, severity with per cents


def test_every_cell_of_table_2_is_there() -> None:
    cells = [*numbers("Table 2", "_1_2"), *numbers("Table 2", "_3_4")]
    assert len(cells) == 16 * 2 * 2
    assert sum(map(int, cells)) == 1 + 2 + 4
    assert sorted(numbers("Table 2", "_percent")) == ["11", "11", "11", "11", "33"]


def test_groups_are_those_of_the_statistics() -> None:
    pack = load_pack("lan_2021")
    assert pack.statistics is not None and pack.statistics.groups is not None
    assert {group for spec in pack.printed.values() for group in spec.values} <= set(pack.statistics.groups.outcomes)
