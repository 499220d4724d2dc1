"""The Subscriptions that are asked for: the same each time, of everything that is read, hiding no correction and no secret."""

import json
import re
from typing import Any

import pytest

from fhir_adapter.capability import TOPIC, Offer, read_capability
from fhir_adapter.read_subscription import read_subscription
from fhir_adapter.resources import SHAPES
from fhir_adapter.write_subscription import TYPES, Channel, Filter, Style, Wanted, subscriptions

HERE = Channel("https://marrow.example/notifications/ehr", "xyzzy-token", "xyzzy-secret")
ABOUT: dict[Style, str] = {"r4": "Patient", "backport": "http://ehr.example/topics/labs", "r5": "http://ehr.example/topics/labs"}
STYLES = [*ABOUT]


def wanted(style: Style, subject: str | None = None, channel: Channel = HERE, *filters: Filter) -> Wanted:
    (one,) = subscriptions(style, (subject or ABOUT[style],), channel, filters)
    return one


def there(one: Wanted, **changed: Any) -> bytes:
    """It as a server has it."""
    return json.dumps({**one.resource, **changed}).encode()


def test_every_type_that_is_read_is_subscribed_to_and_nothing_of_it_left_out() -> None:
    assert {*TYPES, "Specimen"} == set(SHAPES)
    assert [one.resource["criteria"] for one in subscriptions("r4", TYPES, HERE)] == [f"{kind}?" for kind in TYPES]


@pytest.mark.parametrize("style", STYLES)
def test_the_id_depends_on_style_subject_and_endpoint_only(style: Style) -> None:
    one = wanted(style)
    assert re.fullmatch(r"marrow-[0-9a-f]{32}", one.key) and one.resource["id"] == one.key
    assert wanted(style, channel=Channel(HERE.endpoint, content="empty")).key == one.key
    others = [wanted(style, "Consent"), wanted(style, channel=Channel("https://b.example/")), *map(wanted, {*STYLES} - {style})]
    assert len({one.key, *(other.key for other in others)}) == len(others) + 1


def test_a_subject_named_twice_is_subscribed_to_once() -> None:
    assert len(subscriptions("r4", ("Patient", "Patient"), HERE)) == 1


@pytest.mark.parametrize("style", STYLES)
def test_what_a_server_writes_itself_is_no_difference(style: Style) -> None:
    one = wanted(style)
    found = read_subscription(there(one, status="active", meta={"versionId": "7"}, id="s1", text={"status": "generated"}))
    assert found is not None
    assert (found.id, found.version, found.status, found.about) == ("s1", "7", "active", ABOUT[style])
    assert (found.endpoint, found.key) == (HERE.endpoint, one.key)
    assert found.says(one)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("changed", [{"token": "another"}, {"token": None}, {"content": "empty"}])
def test_what_we_write_is_a_difference(style: Style, changed: dict[str, Any]) -> None:
    found = read_subscription(there(wanted(style)))
    told = {"token": HERE.token, "secret": HERE.secret, **changed}
    assert found is not None and found.ours
    assert not found.says(wanted(style, channel=Channel(HERE.endpoint, **told)))


@pytest.mark.parametrize("style", STYLES)
def test_no_secret_is_in_what_may_be_printed(style: Style) -> None:
    one = wanted(style)
    assert "xyzzy" in json.dumps(one.resource)
    assert "xyzzy" not in f"{one} {HERE} {read_subscription(there(one))}"


@pytest.mark.parametrize("token", ["", "two words", "a:b", "line\nbreak", "ä", "=", "a=b"])
def test_a_token_that_a_server_would_not_hand_on_as_it_is_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match=r"^the token of notifications: expected letters") as raised:
        Channel(HERE.endpoint, token)
    assert len(token) < 3 or token not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    ["", "?", "Observation", "Observation?", "Observation?patient", "Device?patient=1", "Observation?code=1", "Patient?_id=1",
     "Observation?value-quantity=lt0.5", "Observation?patient=1&status=final", "Observation?patient:missing=true",
     "Observation?patient=1&code", "Observation?patient.birthdate=gt2000"],
)  # fmt: skip
def test_a_filter_that_could_hide_a_correction_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^a filter"):
        Filter(text)


@pytest.mark.parametrize(("style", "content", "filters"), [("r4", "id-only", ()), ("r4", "empty", ("Patient?organization=1",))])
def test_criteria_cannot_say_what_topics_can(style: Style, content: Any, filters: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="need topics"):
        wanted(style, "Patient", Channel(HERE.endpoint, content=content), *map(Filter, filters))


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"resourceType": "Patient", "id": "1"}', b'{"resourceType": "Subscription"}',
                                 b'{"resourceType": "Subscription", "id": "1", "channel": 7}'])  # fmt: skip
def test_what_is_no_subscription_is_none(raw: bytes) -> None:
    assert read_subscription(raw) is None


def test_a_server_says_what_it_offers() -> None:
    extension = [{"url": TOPIC, "valueCanonical": "http://a"}, {"url": TOPIC, "valueUri": "http://b"}, {"url": "other"}]
    resources = [{"type": "Patient", "extension": extension[:1]}, {"type": "Subscription", "extension": extension}]
    statement = {"resourceType": "CapabilityStatement", "rest": [{"resource": resources}], "software": {"name": "HAPI"}}
    offers = [
        read_capability(json.dumps({**statement, "fhirVersion": one}).encode()) for one in ("4.0.1", "4.3.0", "5.0.0", "3.0.2")
    ]
    assert [one.release for one in offers if one is not None] == ["R4", "R4B", "R5", None]
    assert offers[0] == Offer("R4", "hapi", True, ("http://a", "http://b"))
    assert read_capability(b'{"resourceType": "CapabilityStatement"}') == Offer(None, "", False, ())


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b'{"resourceType": "Patient"}', b'{"resourceType": "CapabilityStatement", "rest": 1}']
)
def test_what_is_no_capability_statement_is_none(raw: bytes) -> None:
    assert read_capability(raw) is None
