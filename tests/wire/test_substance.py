"""What a resource of ours says is told apart from the day it was evaluated on and from what a server makes of it."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.conclusion import UNDETERMINED, Conclusion
from engine.evaluate.plain import Plain
from engine.evaluation import Evaluated, Evaluation
from engine.pack.program import Pack
from engine.record import PatientRecord
from fhir_adapter.codes import Vocabulary
from fhir_adapter.read import Reader
from fhir_adapter.releases import RELEASES, Release
from fhir_adapter.substance import digest_of, substance
from fhir_adapter.write import device, provenance, to_json, withdraw, write
from marrow.demo.cohort import bundles
from marrow.packs import load_pack

Resource = dict[str, Any]
CUTOFF = date(2018, 4, 13).toordinal()
DAYS = (CUTOFF, CUTOFF + 1, date(2020, 2, 29).toordinal())
_DECODER = msgspec.json.Decoder(float_hook=Decimal)


# --- the children, and what is written of them ---


@cache
def pack(**settings: str) -> Pack:
    """The pack; `__` in the name of a setting is a dot."""
    return load_pack("lan_2021", {name.replace("__", "."): value for name, value in settings.items()})


@cache
def children() -> tuple[PatientRecord, ...]:
    reader = Reader(Vocabulary.of(pack().concepts, pack().systems), validation="fast")
    for name, bundle in bundles("R4"):
        reader.read(to_json(bundle).encode(), name)
    return reader.finish().records


@cache
def evaluated(child: int, day: int, without: str = "", **settings: str) -> Evaluated:
    """One child's conclusions as of a day; without: a concept of which nothing is known."""
    chosen = pack(**settings)
    record = children()[child]
    known = PatientRecord.of(record.patient, [fact for fact in record.facts if fact.concept != without])
    return Evaluation(chosen, Plain(chosen))(known, day)


def written(found: Evaluated, release: Release, rules: Pack | None = None) -> dict[str, Resource]:
    """What is written, by type and the name of its conclusion."""
    chosen = rules or pack()
    stated = write(chosen, found, release)
    also = [provenance(chosen, found, stated, release)] if stated else []
    return {f"{one['resourceType']} {conclusion_of(one)}": one for one in [*stated, *also]}


def conclusion_of(resource: Resource) -> str:
    """The name of the conclusion; "" for a Provenance."""
    return str(resource["identifier"][0]["value"]).split("/")[1] if "identifier" in resource else ""


def sample(release: Release = "R4") -> dict[str, Resource]:
    """One resource of each kind: what is stated, what is not known, who stated it, and each withdrawn."""
    known, unknown = written(evaluated(1, CUTOFF), release), written(evaluated(1, CUTOFF, "anc"), release)
    condition, observation = known["Condition severity"], unknown["Observation severity"]
    candidate = written(evaluated(1, CUTOFF, "birth"), release)["ResearchSubject eligibility"]
    undated = {name: value for name, value in condition.items() if name != "onsetDateTime"}
    return {
        "condition": condition,
        "undated": undated,
        "observation": observation,
        "subject": known["ResearchSubject eligibility"],
        "candidate": candidate,
        "provenance": known["Provenance "],
        "device": device(pack(), release),
        "withdrawn condition": withdraw(condition, "entered-in-error"),
        "withdrawn undated": withdraw(undated, "refuted"),
        "withdrawn observation": withdraw(observation, "entered-in-error"),
    }


SAMPLES = sorted(sample())


# --- the day of evaluation does not count ---


def told(conclusion: Conclusion) -> tuple[Any, ...]:
    """All of a conclusion but its day."""
    c = conclusion
    return (c.outcome, c.effective, c.possible, c.missing, c.flags, c.evidence, c.criteria, c.parameters)


def behind(found: Evaluated, name: str) -> list[tuple[Any, ...]]:
    """What a resource rests on: its conclusion, and for a Condition those that its course follows; all for a Provenance."""
    kind, _, concluded = name.partition(" ")
    course = {rule.conclusion for spec in pack().emission.conditions for rule in spec.clinical_status}
    names = {concluded} | (course if kind == "Condition" else set())
    return [told(c) for c in found.conclusions if c.name in names or kind == "Provenance"]


@pytest.mark.parametrize("release", RELEASES)
def test_another_day_with_the_same_conclusions_says_the_same(release: Release) -> None:
    compared = dict.fromkeys(("Condition", "Observation", "ResearchSubject", "Provenance"), 0)
    for child in range(len(children())):
        for without in ("", "anc"):
            first, *later = (evaluated(child, day, without) for day in DAYS)
            before = written(first, release)
            for found in later:
                after = written(found, release)
                for name in before.keys() & after.keys():
                    if behind(first, name) == behind(found, name):
                        assert substance(before[name]) == substance(after[name])
                        compared[name.partition(" ")[0]] += 1
    assert min(compared.values()) >= 2 * len(children()), compared


@settings(max_examples=150, deadline=None)
@given(
    child=st.integers(0, 17),
    days=st.tuples(*[st.integers(date(2013, 1, 1).toordinal(), date(2021, 1, 1).toordinal())] * 2),
    without=st.sampled_from(["", "anc", "plt", "birth", "cellularity", "rabbit_atg", "transfusion_status"]),
    release=st.sampled_from(RELEASES),
)
def test_any_two_days(child: int, days: tuple[int, int], without: str, release: Release) -> None:
    one, other = (evaluated(child, day, without) for day in days)
    before, after = written(one, release), written(other, release)
    for name in before.keys() & after.keys():
        if behind(one, name) == behind(other, name):
            assert substance(before[name]) == substance(after[name])
        elif name != "Provenance " and substance(before[name]) == substance(after[name]):
            assert said(before[name], days[0]) == said(after[name], days[1])


def said(resource: Resource, day: int) -> str:
    """All that is written but the day of evaluation, wherever it stands: what a reader could see a difference in."""
    plain = {name: value for name, value in resource.items() if name not in ("recordedDate", "effectiveDateTime")}
    return to_json(plain).replace(date.fromordinal(day).isoformat(), "")


def test_a_concluded_resource_bears_no_day_of_evaluation() -> None:
    for name in ("observation", "candidate", "provenance", "withdrawn observation"):
        day = str(date.fromordinal(CUTOFF))
        assert day in to_json(sample("R5")[name])
        assert day not in substance(sample("R5")[name]).decode()


def test_in_r5_a_state_has_a_start_where_the_conclusion_has_a_day() -> None:
    resources = sample("R5")
    assert "startDate" in resources["subject"]["progress"][0]
    assert "startDate" not in resources["candidate"]["progress"][0]


# --- every change of what is said counts ---


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each string, number and truth value in it."""
    if isinstance(value, dict | list):
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(part, (*path, name))
    else:
        yield path


def changed(resource: Resource, path: tuple[Any, ...]) -> Resource:
    """A copy with another value in one place."""
    found = copy.deepcopy(resource)
    place: Any = found
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = f"{place[path[-1]]}-changed"
    return found


SAID_IN_WORDS = ("subject", "candidate")
"""What has no notes."""
NOT_SAID = {
    "condition": set(),
    "undated": {"recordedDate"},
    "withdrawn undated": {"recordedDate"},
    "observation": {"effectiveDateTime"},
    "withdrawn observation": {"effectiveDateTime"},
    "provenance": {"occurredDateTime", "recorded"},
}


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("name", SAMPLES)
def test_each_single_change_says_something_else_but_those_of_days_and_words(name: str, release: Release) -> None:
    resource = sample(release)[name]
    alike = {path for path in leaves(resource) if substance(changed(resource, path)) == substance(resource)}
    assert {path[-1] for path in alike if path[0] == "meta"} == {"display"}  # of a label: it says code and version once more
    assert {str(path[0]) for path in alike} - {"meta", "text"} == NOT_SAID.get(name, set())
    assert {path[-1] for path in alike if path[0] == "text"} == ({"status"} if name in SAID_IN_WORDS else {"status", "div"})


@pytest.mark.parametrize("name", SAID_IN_WORDS)
def test_what_stands_only_in_the_narrative_counts(name: str) -> None:
    resource = sample()[name]
    div = resource["text"]["div"]
    reworded = {**resource, "text": {**resource["text"], "div": div.replace("</p>", " Remark: something.</p>")}}
    assert substance(reworded) != substance(resource)
    respaced = {**resource, "text": {"status": "additional", "div": div.replace("<p>", '\n <p class="x">')}}
    assert substance(respaced) == substance(resource)


def test_another_criterion_against_a_patient_is_said() -> None:
    """The same status, but for another reason: only its words differ."""
    old = written(evaluated(1, CUTOFF), "R4")["ResearchSubject eligibility"]
    one, other = (
        {**old, "status": "ineligible", "text": {"status": "generated", "div": f"<div><p>Against it: {why}.</p></div>"}}
        for why in ("present: hepatitis", "not met: age")
    )
    assert digest_of(one) != digest_of(other)


def with_outcome(found: Evaluated, name: str, **changes: Any) -> Evaluated:
    """The same with one conclusion changed."""
    each = tuple(c._replace(**changes) if c.name == name else c for c in found.conclusions)
    return Evaluated(found.patient, found.snapshot, each)


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize(
    ("conclusion", "changes", "concerned"),
    [
        ("severity", {"outcome": "SAA"}, "Condition severity"),
        ("severity", {"effective": CUTOFF - 1000}, "Condition severity"),
        ("severity", {"effective": None}, "Condition severity"),
        ("severity", {"sources": ()}, "Condition severity"),
        ("severity", {"flags": ("something",)}, "Condition severity"),
        ("failure", {"outcome": "relapse"}, "Condition severity"),
        ("eligibility", {"outcome": "ineligible"}, "ResearchSubject eligibility"),
        ("eligibility", {"flags": ("something",)}, "ResearchSubject eligibility"),
    ],
)
def test_a_changed_conclusion_says_something_else(
    conclusion: str, changes: dict[str, Any], concerned: str, release: Release
) -> None:
    before = evaluated(VERY_SEVERE, CUTOFF)
    after = with_outcome(before, conclusion, **changes)
    assert substance(written(before, release)[concerned]) != substance(written(after, release)[concerned])


VERY_SEVERE = 9
"""A child with a Condition of very severe disease, no failure, and eligible."""


def test_the_child_of_the_changes_is_who_it_should_be() -> None:
    found = {c.name: c.outcome for c in evaluated(VERY_SEVERE, CUTOFF).conclusions}
    assert (found["severity"], found["eligibility"]) == ("vSAA", "eligible")
    assert found["failure"] != "relapse"


def test_the_start_of_a_state_counts_in_r5() -> None:
    before = evaluated(VERY_SEVERE, CUTOFF)
    name = "ResearchSubject eligibility"
    after = with_outcome(before, "eligibility", effective=CUTOFF - 1000)
    assert substance(written(before, "R5")[name]) != substance(written(after, "R5")[name])
    assert substance(written(before, "R4")[name]) == substance(written(after, "R4")[name])  # R4 has no place for it


@pytest.mark.parametrize("change", [{"missing": ("plt",)}, {"possible": ("vSAA",)}, {"sources": ()}])
def test_what_is_missing_and_still_possible_counts(change: dict[str, Any]) -> None:
    before = evaluated(1, CUTOFF, "anc")
    assert next(c for c in before.conclusions if c.name == "severity").outcome == UNDETERMINED
    after = with_outcome(before, "severity", **change)
    name = "Observation severity"
    assert substance(written(before, "R4")[name]) != substance(written(after, "R4")[name])


@pytest.mark.parametrize("release", RELEASES)
def test_another_version_of_the_pack_says_something_else(release: Release) -> None:
    newer = copy.copy(pack())
    object.__setattr__(newer, "manifest", pack().manifest.model_copy(update={"version": "2.0.0"}))
    found = evaluated(1, CUTOFF)
    before, after = written(found, release), written(found, release, newer)
    assert before.keys() == after.keys()
    assert all(substance(before[name]) != substance(after[name]) for name in before)
    assert substance(device(pack(), release)) != substance(device(newer, release))


def test_a_parameter_set_otherwise_is_said() -> None:
    rules = pack(severity__plt_lt="15")
    before = written(evaluated(1, CUTOFF), "R4")["Condition severity"]
    after = written(evaluated(1, CUTOFF, severity__plt_lt="15"), "R4", rules)["Condition severity"]
    assert substance(before) != substance(after)


def test_what_is_withdrawn_says_something_else_and_for_which_reason() -> None:
    for name in ("condition", "observation"):
        stated = sample()[name]
        each = [stated, withdraw(stated, "entered-in-error"), withdraw(stated, "refuted")]
        assert len({digest_of(one) for one in each}) == 3


def test_no_two_resources_say_the_same() -> None:
    each = [one for child in range(len(children())) for one in written(evaluated(child, CUTOFF), "R4").values()]
    assert len({digest_of(one) for one in each}) == len(each)


# --- what a server adds or changes does not count ---


def stored(resource: Resource) -> Resource:
    """As a server gives it back: its meta, labels and identifiers of its own, another order of keys, a narrative of its own."""
    found: Resource = copy.deepcopy(resource)
    found["meta"]["tag"] = [
        {"system": "urn:server", "code": "batch"},
        *({**tag, "userSelected": False} for tag in found["meta"]["tag"]),
    ]
    found["meta"]["security"].append({"system": "urn:server", "code": "R"})
    found["meta"] |= {
        "versionId": "17", "lastUpdated": "2018-04-14T10:00:00.000+00:00", "source": "#abc", "profile": ["urn:p"],
        "project": "x", "author": {"reference": "ClientApplication/y"},
    }  # fmt: skip
    if "identifier" in found:
        found["identifier"].insert(0, {"system": "urn:server", "value": "1"})
    found["language"] = "en"
    found["implicitRules"] = "urn:rules"
    if found["resourceType"] != "ResearchSubject":
        found["text"] = {"status": "generated", "div": "<div>Anything.</div>"}
    again: Resource = shuffled(found)
    return again


def shuffled(value: Any) -> Any:
    match value:
        case dict():
            names = list(value)
            random.Random(len(names)).shuffle(names)
            return {name: shuffled(value[name]) for name in names}
        case list():
            return [shuffled(one) for one in value]
        case _:
            return value


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("name", SAMPLES)
def test_a_server_changes_nothing_of_what_is_said(name: str, release: Release) -> None:
    resource = sample(release)[name]
    assert list(stored(resource)) != list(resource)
    assert substance(stored(resource)) == substance(resource)
    assert digest_of(_DECODER.decode(to_json(stored(resource)))) == digest_of(resource)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_server_that_keeps_no_version_of_a_tag_changes_nothing(name: str) -> None:
    found = copy.deepcopy(sample()[name])
    (tag,) = found["meta"]["tag"]
    del tag["version"]
    assert substance(found) == substance(sample()[name])
    tag["display"] = "lan_2021 2.0.0"
    assert substance(found) != substance(sample()[name])


@pytest.mark.parametrize("lost", ["tag", "security"])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_server_that_lost_our_labels_changes_what_is_said(name: str, lost: str) -> None:
    found = copy.deepcopy(sample()[name])
    found["meta"][lost] = [{"system": "urn:server", "code": "x"}]
    assert substance(found) != substance(sample()[name])


@pytest.mark.parametrize("release", RELEASES)
def test_written_and_read_again_says_the_same(release: Release) -> None:
    resources = [*sample(release).values(), *written(evaluated(5, CUTOFF, "anc"), release).values()]
    for resource in resources:
        assert substance(_DECODER.decode(to_json(resource))) == substance(resource)


# --- numbers ---


@pytest.mark.parametrize(
    ("one", "other"),
    [("1.0", "1.00"), ("1", "1.0"), ("10", "1E1"), ("-0.0", "0"), ("0.070", "0.07"), ("1e3", "1000"), ("-2.50", "-2.5")],
)
def test_how_many_digits_a_number_is_written_with_does_not_count(one: str, other: str) -> None:
    assert digest_of(_number(one)) == digest_of(_number(other))


@pytest.mark.parametrize(
    ("one", "other"), [("1", "true"), ("1", '"1"'), ("0.07", "0.7"), ("1", "-1"), ("1e3", "1e4"), ("0", "false")]
)
def test_another_number_counts(one: str, other: str) -> None:
    assert digest_of(_number(one)) != digest_of(_number(other))


def _number(text: str) -> Resource:
    found: Resource = _DECODER.decode(f'{{"resourceType":"Observation","valueQuantity":{{"value":{text}}}}}')
    return found


@given(st.decimals(allow_nan=False, allow_infinity=False), st.integers(0, 40))
def test_a_number_keeps_its_value(value: Decimal, zeros: int) -> None:
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    padded = Decimal((sign, (*digits, *[0] * zeros), exponent - zeros))
    assert substance({"resourceType": "Observation", "x": value}) == substance({"resourceType": "Observation", "x": padded})


# --- whatever comes ---

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_NAMES = ("meta", "text", "note", "identifier", "onsetDateTime", "effectiveDateTime", "progress")
_META = st.fixed_dictionaries({}, optional={"tag": _JSON, "security": _JSON})


@given(
    kind=st.sampled_from(["Condition", "Observation", "ResearchSubject", "Provenance", "Device", None, 3]),
    elements=st.dictionaries(st.sampled_from(_NAMES), _JSON),
    meta=_META | _JSON,
)
def test_rubbish_that_a_server_gives_back_is_only_something_else(kind: Any, elements: Resource, meta: Any) -> None:
    resource = {**elements, "resourceType": kind, "meta": meta}
    assert digest_of(resource) == digest_of(shuffled(resource))


@pytest.mark.parametrize("form", [json.dumps, lambda one: json.dumps(one, indent=2, sort_keys=True)])
def test_the_spelling_of_the_json_does_not_count(form: Callable[[Any], str]) -> None:
    for resource in sample().values():
        assert substance(_DECODER.decode(form(json.loads(to_json(resource))))) == substance(resource)
