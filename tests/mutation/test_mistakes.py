"""The mistakes that are made in a pack on purpose: the same in every run, each in one place, nothing else touched."""

from decimal import Decimal

import pytest

from engine.pack.load import Reading, read
from marrow.packs import pack_files, pack_folder
from marrow.review.mutation.change import REMOVED, changed, near
from marrow.review.mutation.generate import mistakes
from tests.sound_pack import SOUND, with_change


@pytest.fixture(scope="module")
def sound() -> Reading:
    return read(SOUND)


@pytest.fixture(scope="module")
def trial() -> Reading:
    return read(pack_files(pack_folder("lan_2021")))


def ids(files: dict[str, str]) -> set[str]:
    return {mistake.id for mistake in mistakes(read(files))}


@pytest.mark.parametrize(
    ("value", "whole", "beside"),
    [("28", True, ("29", "27")), ("0.5", False, ("0.51", "0.49")), ("20", False, ("20.1", "19.9"))],
)
def test_what_lies_beside_a_number(value: str, whole: bool, beside: tuple[str, str]) -> None:
    assert near(Decimal(value), whole=whole) == tuple(map(Decimal, beside))


def test_a_change_leaves_the_original_alone() -> None:
    node = {"a": [1, {"b": 2}], "c": 3}
    assert changed(node, ("a", 1, "b"), 4) == {"a": [1, {"b": 4}], "c": 3}
    assert changed(node, ("a", 0), REMOVED) == {"a": [{"b": 2}], "c": 3}
    assert changed(node, ("a", 1, "b"), REMOVED) == {"a": [1, {}], "c": 3}
    assert changed(node, ("a", 1, "d"), True) == {"a": [1, {"b": 2, "d": True}], "c": 3}
    assert node == {"a": [1, {"b": 2}], "c": 3}


@pytest.mark.parametrize(
    "expected",
    [
        "iron.low: 30 -> 30.1",
        "iron.low: 30 -> 29.9",
        "iron.span: from -7 -> -8",
        "iron.span: to 7 -> 8",
        "iron.reading: strict -> lenient",
        "iron.known: true -> false",
        "iron.tests: without blood",
        "iron.tests: with marrow",
        "iron.since: 2020-01-01 -> 2020-01-02",
        "concepts.ferritin codes[0].codes[0]: without loinc 2276-4",
        "concepts.ferritin quantity.plausible[1]: to 9000 -> 9000.1",
        "concepts.sex answers.male[0].codes[0]: without loinc m",
        "anchors.first_visit: first -> last",
        "windows.baseline target: 0 -> 1",
        "windows.baseline pick: pick nearest -> last",
        "measures.ratio formula: ferritin@here / iron.low: / -> *",
        "criteria.iron_low when.options.strict: below iron.low -> at_most",
        "criteria.iron_low when.options.lenient: below 40 ug/L -> at_most",
        "criteria.iron_low when.options.lenient.below: below 40 ug/L -> 40.1 ug/L",
        "criteria.female when: is female -> is not",
        "tables.norms: row 1: limit 30 -> 31",
    ],
)
def test_each_kind_of_mistake_is_made(expected: str) -> None:
    assert expected in ids(SOUND)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{all: [{measure: sex, is: female}, iron_low@baseline]}", "criteria.female when: all -> any"),
        ("{all: [{measure: sex, is: female}, iron_low@baseline]}", "criteria.female when.all[1]: without iron_low@baseline"),
        (
            "{not: {measure: sex, is: female}}",
            "criteria.female when: not {measure: sex, is: female} -> {measure: sex, is: female}",
        ),
        ("{at_least: 2, of: [{measure: sex, is: female}, iron_low@baseline]}", "criteria.female when.at_least: at least 2 -> 3"),
        ("{measure: sex, known: true}", "criteria.female when.known: known -> not known"),
    ],
)
def test_each_combination_is_got_wrong(written: str, expected: str) -> None:
    assert expected in ids(with_change("when: {measure: sex, is: female}", f"when: {written}"))


def test_what_would_be_the_same_test_is_no_mistake() -> None:
    counted = 'measures:\n  visits: {label: visits, unit: "1", source: [S1], count: {concepts: [visit], world: closed}}\n'
    asked = "when: {any: [{measure: sex, is: female}, {measure: visits, equals: 0}]}"
    files = with_change("when: {measure: sex, is: female}", asked)
    found = ids(files | {"rules.yaml": files["rules.yaml"].replace("measures:\n", counted)})
    assert "criteria.female when.any[1]: equals 0 -> at_least" in found
    assert "criteria.female when.any[1]: equals 0 -> at_most" not in found


def test_the_mistakes_of_the_trials_pack_have_names_of_their_own_and_stay_the_same(trial: Reading) -> None:
    found = [mistake.id for mistake in mistakes(trial)]
    assert len(set(found)) == len(found)
    assert found == [mistake.id for mistake in mistakes(read(pack_files(pack_folder("lan_2021"))))]
    assert not any("object at 0x" in name for name in found)


@pytest.mark.parametrize("whose", ["sound", "trial"])
def test_a_mistake_is_made_in_one_file_and_the_pack_itself_stays_sound(whose: str, request: pytest.FixtureRequest) -> None:
    sound: Reading = request.getfixturevalue(whose)
    before = {source.file: repr(source.data) for source in sound.sources}
    for mistake in mistakes(sound):
        made = mistake.made_in(sound)
        after = {source.file: repr(source.data) for source in made.sources}
        touched = {file for file in before if after[file] != before[file]}
        touched |= {file for file in sound.texts if made.texts[file] != sound.texts[file]}
        assert touched == {mistake.file}, mistake.id
    assert before == {source.file: repr(source.data) for source in sound.sources}
