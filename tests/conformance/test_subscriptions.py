"""Every Subscription that is written is valid: by fhir.resources, and those of R4 by two validators that are not ours."""

import json
from pathlib import Path
from typing import Any

import pytest

from fhir_adapter.releases import Release
from fhir_adapter.write import problems
from fhir_adapter.write_subscription import TYPES, Channel, Content, Filter, Style, subscriptions
from tests.conformance.test_emitted import told

ROOT = Path(__file__).resolve().parents[2]
ENDPOINT = "https://marrow.example/notifications/ehr"
TOPIC = "http://ehr.example/SubscriptionTopic/labs"
SAID: list[tuple[Style, tuple[Release, ...]]] = [("r4", ("R4", "R4B")), ("backport", ("R4", "R4B")), ("r5", ("R5",))]
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
Json = dict[str, Any]


def written(style: Style) -> list[Json]:
    """With all that it may hold, and with nothing that it need not; of each content."""
    contents: tuple[Content, ...] = ("full-resource", "empty") if style == "r4" else ("full-resource", "id-only", "empty")
    filters = (
        () if style == "r4" else (Filter("Observation?patient=Patient/1&subject=Patient/2"), Filter("Patient?organization=3"))
    )
    found = []
    for content in contents:
        rich = Channel(ENDPOINT, "token", "secret", content)
        plain = Channel(ENDPOINT, content=content)
        subjects = TYPES if style == "r4" else (TOPIC,)
        found += [*subscriptions(style, subjects, rich, filters), *subscriptions(style, subjects, plain, status="active")]
    return [one.resource for one in found]


@pytest.mark.parametrize(("style", "releases"), SAID)
def test_fhir_resources_accepts_them(style: Style, releases: tuple[Release, ...]) -> None:
    assert [(release, found) for release in releases for one in written(style) if (found := problems(one, release))] == []


@pytest.mark.needs("node")
@pytest.mark.parametrize("style", ["r4", "backport"])
def test_two_other_validators_accept_those_of_r4(style: Style) -> None:
    answers = told(written(style))
    assert len(answers) == len(written(style))
    assert [answer for answer in answers if any(answer.values())] == []


@pytest.mark.needs("node")
def test_a_subscription_of_r5_is_none_of_r4() -> None:
    assert all(answer["medplum"] and answer["fhir"] for answer in told(written("r5")))


def test_the_names_and_kinds_of_extensions_are_those_of_the_backport_guides_example() -> None:
    (ours, *_) = written("backport")
    extensions = {one["url"]: [*one] for one in ours["channel"]["extension"]}
    assert extensions == {
        f"{BACKPORT}/backport-heartbeat-period": ["url", "valueUnsignedInt"],
        f"{BACKPORT}/backport-timeout": ["url", "valueUnsignedInt"],
        f"{BACKPORT}/backport-max-count": ["url", "valuePositiveInt"],
    }
    assert ours["channel"]["_payload"] == {
        "extension": [{"url": f"{BACKPORT}/backport-payload-content", "valueCode": "full-resource"}]
    }
    assert ours["criteria"] == TOPIC
    assert [one["url"] for one in ours["_criteria"]["extension"]] == [f"{BACKPORT}/backport-filter-criteria"] * 2
    assert ours["meta"]["profile"] == [f"{BACKPORT}/backport-subscription"]


@pytest.mark.needs("node")
def test_the_elements_of_r5_are_those_of_hl7s_example() -> None:
    example = json.loads((ROOT / "node_modules" / "hl7.fhir.r5.examples" / "Subscription-admission.json").read_text())
    (ours, *_) = written("r5")
    assert set(example) - set(ours) == {"text", "end"}
    assert set(ours) - set(example) == {"identifier"}
    assert example["parameter"][0].keys() == ours["parameter"][0].keys()
