"""What FHIR servers send when something changed, server by server; the calls are in `notifications/`, written as recorded."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from hashlib import sha256
from hmac import new as hmac_of
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_adapter.notification.call import Call, Limits
from fhir_adapter.notification.notice import Change, Notice, key
from fhir_adapter.notification.read import read_notification
from fhir_adapter.notification.refused import REASONS, Refused
from fhir_adapter.notification.signature import constant_time_equal, is_bearer, verify_signature

HERE = Path(__file__).parent / "notifications"
NODE_MODULES = Path(__file__).resolve().parents[2] / "node_modules"
NAMES = sorted(path.stem for path in HERE.glob("*.json"))
LIMITS = Limits()
TOPIC = "https://ehr.example/SubscriptionTopic/blood-count"
EHR, AZURE = "https://ehr.example/fhir/", "https://ward-ehr.fhir.azurehealthcareapis.com/"
Json = dict[str, Any]


@cache
def recorded(name: str) -> Call:
    sent = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    body = b"" if sent["body"] is None else json.dumps(sent["body"]).encode()
    return Call(sent["method"], sent["path"], sent["headers"], body)


def read(name: str) -> Notice:
    return read_notification(recorded(name), LIMITS)


def body_of(name: str) -> Any:
    return json.loads(recorded(name).body)


def sent(body: Any, method: str = "POST", path: str = "", **headers: str) -> Call:
    return Call(method, path, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


def refused(call: Call, limits: Limits = LIMITS) -> Refused:
    with pytest.raises(Refused) as caught:
        read_notification(call, limits)
    return caught.value


Told = tuple[str, str | None, str, bool, str | None]


def told(notice: Notice) -> list[Told]:
    """Each change: what, version, interaction, whether with content, by which server's name."""
    return [(c.ref, c.version, c.interaction, c.resource is not None, c.server) for c in notice.changes]


def with_status(notification: Json, **elements: Any) -> Json:
    """The Bundle with other elements in its SubscriptionStatus."""
    first, *others = notification["entry"]
    return notification | {"entry": [first | {"resource": first["resource"] | elements}, *others]}


# R4 criteria, server by server


def test_r4_posts_the_resource() -> None:
    notice = read("r4-post")
    assert (notice.kind, notice.sweep) == ("event", False)
    assert told(notice) == [("Observation/anc-17", "3", "upsert", True, None)]


def test_hapi_puts_a_created_or_updated_resource_to_its_path() -> None:
    assert told(read("hapi-put")) == [("Observation/anc-17", "3", "upsert", True, None)]


def test_hapi_may_strip_the_version() -> None:
    (change,) = read("hapi-put-stripped").changes
    assert change.version is None
    assert change.resource is not None
    later = replace(change, resource=change.resource.replace(b"0.38", b"0.62"))
    assert key("ehr", change) != key("ehr", later)


def test_hapi_deletes_at_the_path() -> None:
    assert told(read("hapi-delete")) == [("Observation/anc-17", None, "delete", False, None)]


def test_hapi_without_payload_says_only_that_something_changed() -> None:
    notice = read("hapi-empty")
    assert (notice.kind, notice.changes, notice.sweep) == ("event", (), True)


def test_hapi_sends_what_a_payload_search_found_as_a_transaction() -> None:
    notice = read("hapi-transaction")
    assert told(notice) == [("Observation/anc-17", "3", "upsert", True, EHR), ("Patient/kid-4", "1", "upsert", True, EHR)]
    assert [change.patient for change in notice.changes] == [None, "Patient/kid-4"]


def test_hapi_tells_of_what_marrow_wrote() -> None:
    (change,) = read("hapi-put-own").changes
    assert change.own
    assert not any(change.own for name in NAMES if name not in ("hapi-put-own", *REFUSED) for change in read(name).changes)


def test_aws_puts_an_empty_body_to_the_path() -> None:
    notice = read("aws-put-id-only")
    assert (told(notice), notice.sweep) == ([("Observation/anc-17", None, "upsert", False, None)], False)


MEDPLUM = "Observation/5d1f6a1c-5d0e-4a9b-9f2b-0b7a1f3f5b11"
MEDPLUM_SUBSCRIPTION = "Subscription/2f7f4d0e-9f0a-4a65-9d66-3a1a3d9f2b10"


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("medplum-create", "b0f1c1be-64a4-4bb5-8a1f-0f6a2f6c9d20"),
        ("medplum-update", "c8a0be7e-2a4f-41f2-a8d9-6d5b3d2f1a02"),
    ],
)
def test_medplum_posts_the_resource(name: str, version: str) -> None:
    notice = read(name)
    assert (told(notice), notice.subscription) == ([(MEDPLUM, version, "upsert", True, None)], MEDPLUM_SUBSCRIPTION)


def test_medplum_deletes_by_header() -> None:
    notice = read("medplum-delete")
    assert (told(notice), notice.subscription) == ([(MEDPLUM, None, "delete", False, None)], MEDPLUM_SUBSCRIPTION)


def test_medplum_deletion_without_its_header_is_a_reason_to_sweep() -> None:
    notice = read_notification(sent({}, **{"x-medplum-interaction": "delete"}), LIMITS)
    assert (notice.changes, notice.sweep) == ((), True)


def test_medplum_deletion_with_the_resource_is_a_deletion() -> None:
    call = replace(recorded("medplum-update"), headers={"x-medplum-interaction": "delete"})
    (change,) = read_notification(call, LIMITS).changes
    assert (change.ref, change.interaction, change.resource) == (MEDPLUM, "delete", None)


def test_medplum_deletion_of_what_is_no_resource_is_refused() -> None:
    assert refused(sent({}, **{"x-medplum-deleted-resource": "wanda"})).code == "deleted-resource"


# the backport, R4B, R5


def test_backport_empty_names_nothing() -> None:
    notice = read("backport-r4-empty")
    assert notice == Notice("event", "Subscription/anc", None, 2, (2,), (), sweep=True, state="active")


def test_backport_id_only() -> None:
    notice = read("backport-r4-id-only")
    assert (notice.topic, notice.sweep) == (TOPIC, False)
    assert told(notice) == [("Observation/anc-17", None, "upsert", False, EHR)]


def test_backport_id_only_may_leave_out_the_entries() -> None:
    notification = body_of("backport-r4-id-only")
    notice = read_notification(sent(notification | {"entry": notification["entry"][:1]}), LIMITS)
    assert told(notice) == [("Observation/anc-17", None, "unknown", False, EHR)]


def test_backport_full_resource_brings_its_context() -> None:
    notice = read("backport-r4-full-resource")
    assert told(notice) == [("Observation/anc-17", "3", "upsert", True, EHR), ("Patient/kid-4", "1", "unknown", True, EHR)]


def test_backport_sends_several_events_at_once() -> None:
    notice = read("backport-r4-several-events")
    assert (notice.events_since_start, notice.event_numbers, notice.sweep) == (9, (7, 8, 9), False)
    assert told(notice) == [
        ("Observation/anc-17", "3", "upsert", True, EHR),
        ("Observation/gone-1", None, "delete", False, EHR),
        ("Observation/plt-9", "1", "upsert", True, EHR),
    ]


def test_hapi_topics_have_dates_for_instants_numbers_for_text_and_a_type_twice() -> None:
    notice = read("backport-r4-hapi")
    assert (notice.events_since_start, notice.event_numbers) == (1, (1,))
    assert told(notice) == [("Observation/anc-17", "3", "upsert", True, EHR)]


def test_a_type_that_stands_twice_in_a_url_is_no_part_of_the_server() -> None:
    notification = body_of("backport-r4b-full-resource")
    event = {"eventNumber": "2", "focus": {"reference": "https://ehr.example/fhir/Encounter/Encounter/e1"}}
    notice = read_notification(sent(with_status(notification, notificationEvent=[event])), LIMITS)
    assert ("Encounter/e1", None, "unknown", False, EHR) in told(notice)


@pytest.mark.parametrize(
    ("name", "kind", "state", "count"),
    [
        ("backport-r4-handshake", "handshake", "requested", 0),
        ("backport-r4-heartbeat", "heartbeat", "active", 12),
        ("backport-r4-query-status", "query-status", "error", 3),
    ],
)
def test_backport_without_events_changes_nothing(name: str, kind: str, state: str, count: int) -> None:
    notice = read(name)
    assert (notice.kind, notice.state, notice.events_since_start) == (kind, state, count)
    assert (notice.subscription, notice.changes, notice.sweep) == ("Subscription/anc", (), False)


@pytest.mark.parametrize(
    ("name", "kind"), [("backport-r4-handshake-with-history", "handshake"), ("backport-r4b-heartbeat-with-event", "heartbeat")]
)
def test_backport_handshake_and_heartbeat_may_repeat_an_event(name: str, kind: str) -> None:
    notice = read(name)
    assert (notice.kind, [change.ref for change in notice.changes]) == (kind, ["Observation/anc-17"])


def test_backport_focus_that_is_no_reference_is_a_reason_to_sweep() -> None:
    notice = read("backport-r4-logical-focus")
    assert (notice.changes, notice.sweep, notice.event_numbers) == ((), True, (3, 4))


def test_backport_focus_on_another_host_keeps_the_host() -> None:
    (change,) = read("backport-r4-other-host").changes
    assert (change.ref, change.server) == ("Observation/anc-17", "http://169.254.169.254/latest/")


def test_backport_subscription_may_be_a_name_only() -> None:
    notification = with_status(body_of("backport-r4b-full-resource"), subscription={"display": "managed by the server"})
    assert read_notification(sent(notification), LIMITS).subscription is None


def test_backport_draft_is_refused_by_name() -> None:
    error = refused(recorded("backport-early"))
    assert (error.code, error.status, error.issue_type) == ("early-backport", 400, "not-supported")
    assert "0.1.0" in error.message


def test_r4b_full_resource() -> None:
    notice = read("backport-r4b-full-resource")
    assert told(notice) == told(read("backport-r4-full-resource"))
    assert (notice.topic, notice.events_since_start, notice.event_numbers) == (TOPIC, 2, (2,))


def test_r5_counts_beyond_what_a_double_holds() -> None:
    notice = read("r5-id-only")
    assert (notice.events_since_start, notice.event_numbers) == (9007199254740993, (9007199254740992, 9007199254740993))
    assert told(notice) == [
        ("Observation/anc-17", None, "unknown", False, EHR),
        ("Observation/plt-9", None, "unknown", False, EHR),
        ("Patient/kid-4", None, "unknown", False, EHR),
    ]


def test_r5_entries_need_no_request_and_another_scheme_is_the_same_resource() -> None:
    home = "http://ehr.example/fhir/"
    assert told(read("r5-full-resource")) == [
        ("Observation/anc-17", "3", "upsert", True, home),
        ("Patient/kid-4", "1", "upsert", True, home),
    ]


def test_r5_query_event() -> None:
    notice = read("r5-query-event")
    assert (notice.kind, notice.events_since_start, notice.event_numbers) == ("query-event", 310, (307, 308))
    assert [change.version for change in notice.changes] == ["3", "1"]


def test_a_focus_may_be_the_urn_of_an_entry() -> None:
    notification = body_of("r5-full-resource")
    name = "urn:uuid:9f0c2a64-8b52-4a6d-9f5f-0f5b1f6f1a02"
    notification["entry"][1]["fullUrl"] = name.upper().replace("URN:UUID", "urn:uuid")
    notice = read_notification(sent(with_status(notification, notificationEvent=[{"focus": {"reference": name}}])), LIMITS)
    assert ([change.ref for change in notice.changes], notice.sweep) == (["Observation/anc-17", "Patient/kid-4"], False)


def test_a_focus_in_another_version_than_its_entry_is_a_change_too() -> None:
    notification = body_of("backport-r4b-full-resource")
    event = {"focus": {"reference": "Observation/anc-17/_history/4"}}
    notice = read_notification(sent(with_status(notification, notificationEvent=[event])), LIMITS)
    found = [(change.version, change.interaction) for change in notice.changes if change.type == "Observation"]
    assert found == [("3", "upsert"), ("4", "unknown")]


@pytest.mark.parametrize("value", [None, "many", "2.5", -1, 2.5, [2, 3], {"value": 2}])
def test_counts_decide_nothing(value: Any) -> None:
    notice = read_notification(sent(with_status(body_of("r5-id-only"), eventsSinceSubscriptionStart=value)), LIMITS)
    assert notice.changes == read("r5-id-only").changes


# Azure


def test_azure_events_are_ids_only() -> None:
    notice = read("azure-events")
    assert (notice.kind, notice.sweep, notice.skipped) == ("event", False, 0)
    assert told(notice) == [
        ("Observation/anc-17", "1", "upsert", False, AZURE),
        ("Observation/gone-1", "2", "delete", False, AZURE),
        ("Observation/plt-9", "4", "upsert", False, AZURE),
        ("Patient/kid-4", "1", "upsert", False, AZURE),
    ]


def test_azure_cloud_event_comes_alone_or_in_a_list() -> None:
    notice = read("azure-cloud-event")
    assert told(notice) == [("Observation/anc-17", "2", "upsert", False, AZURE)]
    assert read_notification(sent([body_of("azure-cloud-event")]), LIMITS) == notice


def test_azure_validation_gives_its_code() -> None:
    notice = read("azure-validation")
    assert notice == Notice("handshake", validation="512D38B6-C7B8-40C8-89FE-F46F9E9622B6")


def test_azure_event_that_names_nothing_is_a_reason_to_sweep() -> None:
    whole, other = body_of("azure-events")[0], {"eventType": "Microsoft.HealthcareApis.DicomImageCreated", "data": {}}
    notice = read_notification(sent([whole, whole | {"data": {"resourceType": "Observation"}}, other]), LIMITS)
    assert (len(notice.changes), notice.sweep, notice.skipped) == (1, True, 2)


@pytest.mark.parametrize(
    "body", [[], [1], ["x"], [{}], [{"eventType": "Microsoft.Storage.BlobCreated"}], [{"resourceType": "Patient"}]]
)
def test_a_list_without_known_events_is_refused(body: Any) -> None:
    assert refused(sent(body)).code == "not-a-notification"


# other Bundles


def test_an_entry_that_cannot_be_read_costs_itself_and_asks_for_a_sweep() -> None:
    good = {"resourceType": "Patient", "id": "p1"}
    bad = [5, {"resource": {"resourceType": "Wanda", "id": "x"}}, {"resource": {"resourceType": "Patient"}}, {"fullUrl": 5}, {}]
    entries = [{"resource": good}, *({"resource": good | {"id": "p 1"}}, *bad)]
    notice = read_notification(sent({"resourceType": "Bundle", "type": "collection", "entry": entries}), LIMITS)
    assert ([change.ref for change in notice.changes], notice.skipped, notice.sweep) == (["Patient/p1"], 6, True)


def test_the_outcome_of_a_failed_request_is_no_change() -> None:
    notification = body_of("backport-r4-id-only")
    outcome = {"resourceType": "OperationOutcome", "issue": []}
    entries = [notification["entry"][0], {"resource": outcome}, {"request": {"method": "PUT"}, "response": {"status": "404"}}]
    notice = read_notification(sent(notification | {"entry": entries}), LIMITS)
    assert (told(notice), notice.skipped) == ([("Observation/anc-17", None, "unknown", False, EHR)], 0)


def test_a_version_may_stand_in_etag_location_or_url() -> None:
    entries = [
        {"request": {"method": "PUT", "url": "Observation/a"}, "response": {"status": "200", "etag": 'W/"4"'}},
        {
            "request": {"method": "POST", "url": "Observation"},
            "response": {"status": "201", "location": "Observation/b/_history/1"},
        },
        {"request": {"method": "DELETE", "url": "/Observation/c/_history/9"}},
        {"request": {"method": "PATCH", "url": "Observation/d"}, "resource": {"resourceType": "Parameters"}},
        {"request": {"method": "PUT", "url": "Observation/e/_history/2"}, "resource": {"resourceType": "Observation", "id": "e"}},
    ]
    notice = read_notification(sent({"resourceType": "Bundle", "type": "batch", "entry": entries}), LIMITS)
    expected = [("a", "4", "upsert"), ("b", "1", "upsert"), ("c", "9", "delete"), ("d", None, "upsert"), ("e", "2", "upsert")]
    assert [(change.id, change.version, change.interaction) for change in notice.changes] == expected
    assert notice.sweep is False


def test_what_marrow_wrote_is_known_by_its_tag_where_fhir_has_no_identifier() -> None:
    tag = {"tag": [{"system": "urn:marrow:pack", "code": "itp_invented"}]}
    (change,) = read_notification(sent({"resourceType": "Provenance", "id": "x", "meta": tag}), LIMITS).changes
    assert change.own
    (change,) = read_notification(sent({"resourceType": "Observation", "id": "x", "meta": tag}), LIMITS).changes
    assert not change.own


@pytest.mark.parametrize("meta", [5, {"tag": 5}, {"tag": [5]}, {"versionId": 5}, {"extension": 5}])
def test_a_meta_that_cannot_be_read_says_nothing(meta: Any) -> None:
    for resource in ({"resourceType": "Provenance", "id": "x"}, {"resourceType": "Observation", "id": "x"}):
        (change,) = read_notification(sent(resource | {"meta": meta}), LIMITS).changes
        assert (change.version, change.own) == (None, False)
    assert read_notification(sent(body_of("r5-id-only") | {"meta": meta}), LIMITS) == read("r5-id-only")


def test_an_entry_of_a_topic_that_cannot_be_read_asks_for_a_sweep() -> None:
    notification = body_of("backport-r4b-full-resource")
    notification["entry"].append({"resource": {"resourceType": "Patient"}})
    notice = read_notification(sent(notification), LIMITS)
    assert (notice.changes, notice.skipped, notice.sweep) == (read("backport-r4b-full-resource").changes, 1, True)


@pytest.mark.parametrize("method", ["GET", "HEAD", "wanda"])
def test_an_entry_that_was_only_read_is_not_known_to_have_changed(method: str) -> None:
    entry = {"request": {"method": method, "url": "Patient/p1"}}
    notice = read_notification(sent({"resourceType": "Bundle", "type": "batch", "entry": [entry]}), LIMITS)
    assert [change.interaction for change in notice.changes] == ["unknown"]


def test_changes_have_an_order_of_their_own() -> None:
    plain = {"resourceType": "Patient", "id": "p1"}
    entries = [
        {"fullUrl": f"https://{host}.example/Patient/p1", "resource": plain | {"active": active}}
        for host in ("a", "b")
        for active in (True, False)
    ]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    notice = read_notification(sent(bundle), LIMITS)
    assert len(notice.changes) == 4
    assert read_notification(sent(bundle | {"entry": entries[::-1]}), LIMITS) == notice
    assert read_notification(sent(bundle | {"entry": entries[:2] * 3 + entries[2:]}), LIMITS) == notice


# refusals

DEEP = b'{"resourceType":"Patient","id":"p","x":' + b"[" * 200 + b"]" * 200 + b"}"
PATIENT = {"resourceType": "Patient", "id": "p1"}
STATUS = {"resource": {"resourceType": "SubscriptionStatus", "type": "heartbeat"}}
TWICE = [{"name": "type", "valueCode": "handshake"}, {"name": "type", "valueCode": "heartbeat"}]
REFUSED = ("backport-early",)


@pytest.mark.parametrize(
    ("call", "limits", "code", "status"),
    [
        (sent(PATIENT, "PATCH"), LIMITS, "method", 405),
        (sent(PATIENT, path="/Wanda/p1"), LIMITS, "path", 404),
        (sent(PATIENT, path="/Patient/p1/name"), LIMITS, "path", 404),
        (sent(PATIENT, path="/../Patient/p1"), LIMITS, "path", 404),
        (sent(PATIENT, path="https://other.example/Patient/p1"), LIMITS, "path", 404),
        (sent(PATIENT, "PUT", "/Patient/p2"), LIMITS, "path-differs", 400),
        (sent(PATIENT, "PUT", "/Observation/p1"), LIMITS, "path-differs", 400),
        (sent(b"", "DELETE"), LIMITS, "nothing-named", 400),
        (sent(b"", "PUT"), LIMITS, "nothing-named", 400),
        (sent(PATIENT), replace(LIMITS, body=10), "too-large", 413),
        (sent(b" " * 11), replace(LIMITS, body=10), "too-large", 413),
        (sent(DEEP), LIMITS, "too-deep", 400),
        (sent(b"[" * 100_000), LIMITS, "too-deep", 400),
        (recorded("hapi-transaction"), replace(LIMITS, entries=1), "too-many-entries", 413),
        (recorded("r5-id-only"), replace(LIMITS, entries=2), "too-many-entries", 413),
        (recorded("backport-r4-several-events"), replace(LIMITS, events=2), "too-many-events", 413),
        (recorded("azure-events"), replace(LIMITS, events=3), "too-many-events", 413),
        (sent(PATIENT, **{"content-encoding": "gzip"}), LIMITS, "compressed", 415),
        (sent(b"<Patient/>"), LIMITS, "xml", 415),
        (sent(PATIENT, **{"content-type": "application/fhir+xml"}), LIMITS, "xml", 415),
        (sent(b'{"resourceType":"Patient","id":"\xe4"}'), LIMITS, "encoding", 400),
        (sent(b'{"resourceType":"Patient",'), LIMITS, "not-json", 400),
        (sent(b'"Patient"'), LIMITS, "not-a-notification", 400),
        (sent({}), LIMITS, "not-a-notification", 400),
        (sent({"resourceType": 5}), LIMITS, "not-a-notification", 400),
        (sent({"resourceType": "Wanda", "id": "x"}), LIMITS, "unknown-resource-type", 400),
        (sent({"resourceType": "Patient"}), LIMITS, "id-missing", 400),
        (sent({"resourceType": "Patient", "id": "a b"}), LIMITS, "id-invalid", 400),
        (sent({"resourceType": "Patient", "id": 5}), LIMITS, "id-invalid", 400),
        (sent({"resourceType": "Bundle"}), LIMITS, "bundle-empty", 400),
        (sent({"resourceType": "Bundle", "type": "message", "entry": [{"resource": PATIENT}]}), LIMITS, "bundle-empty", 400),
        (sent({"resourceType": "Bundle", "entry": {}}), LIMITS, "structure", 400),
        (sent({"resourceType": "Bundle", "entry": [STATUS, STATUS]}), LIMITS, "status-several", 400),
        (sent(STATUS["resource"] | {"type": "wanda"}), LIMITS, "status-type", 400),
        (sent({"resourceType": "Parameters"}), LIMITS, "status-type", 400),
        (sent({"resourceType": "Parameters", "parameter": TWICE}), LIMITS, "status-contradiction", 400),
        (sent(STATUS["resource"] | {"notificationEvent": [5]}), LIMITS, "structure", 400),
    ],
)  # fmt: skip
def test_a_refusal_says_what_was_expected(call: Call, limits: Limits, code: str, status: int) -> None:
    error = refused(call, limits)
    assert (error.code, error.status) == (code, status)
    assert error.message and "wanda" not in str(error).lower()


def test_every_reason_is_a_fault_of_the_sender_with_a_sentence() -> None:
    words = {"limit": "5", "name": "type"}
    for code, reason in REASONS.items():
        assert 400 <= reason.status < 500
        assert "{limit}" not in Refused(code, **words).message


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (sent(b"", "PUT"), "nothing-named: neither path nor body names a resource; PUT and DELETE go to /{type}/{id}"),
        (
            sent(b" " * (LIMITS.body + 1)),
            "too-large: the body is longer than 8388608 bytes; send fewer resources at once, or their ids only",
        ),
        (sent(b"<a/>"), "xml: this is XML; set the payload of the Subscription to application/fhir+json"),
        (
            sent({"resourceType": "Parameters", "parameter": TWICE}),
            "status-contradiction: the status says two things under one name; send type once",
        ),
    ],
)
def test_a_refusal_reads_well(call: Call, text: str) -> None:
    assert str(refused(call)) == text


def test_what_is_exactly_at_a_limit_comes_in() -> None:
    several = recorded("backport-r4-several-events")
    exact = Limits(body=len(several.body), depth=9, entries=4, events=3)
    assert read_notification(several, exact) == read("backport-r4-several-events")
    assert read_notification(recorded("azure-events"), replace(exact, events=4)) == read("azure-events")
    codes = ["too-large", "too-deep", "too-many-entries", "too-many-events"]
    less = [replace(exact, **{name: getattr(exact, name) - 1}) for name in ("body", "depth", "entries", "events")]
    assert [refused(several, limits).code for limits in less] == codes


def test_what_is_shown_of_a_notice() -> None:
    assert repr(read("hapi-transaction")) == "Notice(event, 2 changes)"
    assert repr(read("hapi-empty")) == "Notice(event, 0 changes, sweep)"
    assert [repr(change) for change in read("hapi-delete").changes] == ["Change(Observation, delete)"]
    assert repr(recorded("hapi-delete")) == "Call(0 bytes)"


def test_a_limit_that_lets_nothing_in_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Limits(entries=0)


def test_an_unfinished_string_is_scanned_once() -> None:
    """A scan that begins anew at each quote takes hours for as much as may come in."""
    assert refused(sent(b'{"x":"' + b'\\"' * 3_000_000)).code == "not-json"
    assert refused(sent(b'{"x":' + b'"' * 7_000_001)).code == "not-json"


# patients are not named

MARKS = ("anc-17", "kid-4", "plt-9", "gone-1", "5d1f6a1c", "0.38", "2015-06-01", "a-17")


@pytest.mark.parametrize("name", [name for name in NAMES if name not in REFUSED])
def test_what_is_shown_of_a_notification_names_no_patient(name: str) -> None:
    notice = read(name)
    shown = " ".join(map(repr, (recorded(name), notice, *notice.changes, *(key("ehr", change) for change in notice.changes))))
    assert [mark for mark in MARKS if mark in shown] == []
    error = refused(recorded(name), Limits(body=1)) if recorded(name).body else None
    assert [mark for mark in MARKS if mark in f"{error!r} {error}"] == []


# keys


def changes() -> Iterator[Change]:
    for name in NAMES:
        if name not in REFUSED:
            yield from read(name).changes


@pytest.mark.parametrize("name", [name for name in NAMES if name not in REFUSED])
def test_the_same_call_has_the_same_keys(name: str) -> None:
    once, again = read(name), read_notification(replace(recorded(name)), LIMITS)
    assert [key("ehr", change) for change in once.changes] == [key("ehr", change) for change in again.changes]


def test_two_servers_telling_of_one_version_say_the_same() -> None:
    shapes = ("r4-post", "hapi-put", "hapi-transaction", "backport-r4-full-resource", "r5-full-resource")
    found = [change for name in shapes for change in read(name).changes if change.ref == "Observation/anc-17"]
    assert len(found) == len(shapes)
    assert len({key("ehr", change) for change in found}) == 1


@given(st.data())
def test_whatever_differs_has_another_key(data: st.DataObject) -> None:
    change = data.draw(st.sampled_from(list(changes())))
    other = data.draw(
        st.sampled_from(
            [
                replace(change, version=f"{change.version}9"),
                replace(change, id=f"{change.id}x"),
                replace(change, type="Encounter"),
                replace(change, interaction="unknown" if change.interaction != "unknown" else "upsert"),
                *([] if change.version is not None else [replace(change, resource=(change.resource or b"") + b" ")]),
            ]
        )
    )
    assert key("ehr", change) != key("ehr", other)
    assert key("ehr", change) != key("other", change)


# properties


@settings(max_examples=400)
@given(
    method=st.sampled_from(["POST", "PUT", "DELETE", "GET", "wanda"]),
    path=st.sampled_from(["", "/", "/Patient/p1"]) | st.text(max_size=30),
    headers=st.dictionaries(
        st.sampled_from(["x-medplum-deleted-resource", "x-medplum-interaction", "x-medplum-subscription", "content-type"]),
        st.text(max_size=20),
    ),
    body=st.binary(max_size=300),
)
def test_any_bytes_are_read_or_refused(method: str, path: str, headers: dict[str, str], body: bytes) -> None:
    read_or_refused(Call(method, path, headers, body))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=400)
@given(st.data())
def test_anything_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    call = recorded(data.draw(st.sampled_from([name for name in NAMES if recorded(name).body])))
    body = json.loads(call.body)
    place: Any = body
    while isinstance(place, dict | list) and place:
        step: Any = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
        if data.draw(st.integers(0, 3)) == 0 or not isinstance(place[step], dict | list) or not place[step]:
            place[step] = data.draw(JSON)
            break
        place = place[step]
    read_or_refused(replace(call, body=json.dumps(body).encode()))


@settings(max_examples=200)
@given(st.data())
def test_half_a_body_is_read_or_refused(data: st.DataObject) -> None:
    call = recorded(data.draw(st.sampled_from([name for name in NAMES if recorded(name).body])))
    start = data.draw(st.integers(0, len(call.body)))
    read_or_refused(replace(call, body=call.body[:start] + data.draw(st.binary(max_size=4)) + call.body[start + 1 :]))


def read_or_refused(call: Call) -> None:
    notice: Notice | None = None
    status = 400
    try:
        notice = read_notification(call, LIMITS)
    except Refused as error:
        status = error.status
    assert 400 <= status < 500
    if notice is not None:
        assert notice.kind != "event" or notice.changes or notice.sweep
        assert all(len(key("ehr", change)) == 32 for change in notice.changes)
        assert all(change.resource is None or change.interaction != "delete" for change in notice.changes)


@given(st.data())
def test_the_order_of_parameters_events_and_entries_changes_nothing(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([name for name in NAMES if "-r4" in name]))
    notification = body_of(name)
    for entry in notification["entry"]:
        status = entry.get("resource", {})
        for element in ("parameter", "notificationEvent"):
            if element in status:
                status[element] = data.draw(st.permutations(status[element]))
        for parameter in status.get("parameter", []):
            if "part" in parameter:
                parameter["part"] = data.draw(st.permutations(parameter["part"]))
    notification["entry"] = data.draw(st.permutations(notification["entry"]))
    assert read_notification(sent(notification), LIMITS) == read(name)


# what HL7 published

PUBLISHED: dict[str, tuple[str, int, tuple[int, ...], list[tuple[str, bool]], bool]] = {
    "54f808cf-d159-4c9b-accb-c33eb20f0ecc": ("handshake", 0, (), [], False),
    "3d20ea4b-90dc-4d0d-b15a-c7a893389401": ("heartbeat", 310, (), [], False),
    "40464b74-fad0-4f45-ab60-e67f949c5e92": ("query-status", 310, (), [], False),
    "9601c07a-e34f-4945-93ca-6efb5394c995": ("event", 2, (2,), [], True),
    "3945182f-d315-4dbf-9259-09d863c7e7da": ("event", 2, (2,), [("Encounter/2", False)], False),
    "920a46b7-045a-4773-82bd-8e90c3e15653": ("event", 2, (2,), [("Encounter/2", False), ("Patient/ABC", False)], False),
    "00b99077-2bda-436e-98cc-a4f65d6c2fe0": ("event", 2, (2,), [("Encounter/2", True)], False),
    "fdd78223-f79f-43b4-8979-ad49d4ac248c": ("event", 2, (2,), [("Encounter/2", True), ("Patient/ABC", True)], False),
    "0f322dbe-4f8d-4cbd-9ecb-bc8dc6f65f6a": ("event", 2, (2,), [("Encounter/2", True)], False),
}
OF_R4B = {
    "155141d4-7601-46f7-a82b-b8443bcf9883": ("query-event", 2, (1, 2), [("Encounter/1", False), ("Encounter/2", False)], False)
}
OF_R5 = {
    "787e69f6-81a8-44e4-b404-257013dec332": (
        "query-event", 310, (307, 308), [("Encounter/307", True), ("Encounter/308", True), ("Patient/ABC", True)], False
    ),
    "e2c9dc20-615e-4603-9005-74deb209cbb0": ("event", 328, (328,), [], True),
}  # fmt: skip


@pytest.mark.needs("node")
@pytest.mark.parametrize(
    ("release", "name", "expected"),
    [
        *(("r4b", name, expected) for name, expected in (PUBLISHED | OF_R4B).items()),
        *(("r5", name, expected) for name, expected in (PUBLISHED | OF_R5).items()),
    ],
)
def test_published_notifications_say_what_hl7_says(release: str, name: str, expected: tuple[Any, ...]) -> None:
    data = (NODE_MODULES / f"hl7.fhir.{release}.examples" / f"Bundle-{name}.json").read_bytes()
    notice = read_notification(sent(data), LIMITS)
    assert notice.subscription == "Subscription/123"
    found = [(change.ref, change.resource is not None) for change in notice.changes]
    assert (notice.kind, notice.events_since_start, notice.event_numbers, found, notice.sweep) == expected


@pytest.mark.needs("node")
@pytest.mark.parametrize("release", ["r4b", "r5"])
def test_no_published_notification_is_missing_above(release: str) -> None:
    found = set()
    for path in (NODE_MODULES / f"hl7.fhir.{release}.examples").glob("Bundle-*.json"):
        data = path.read_bytes()
        if b'"SubscriptionStatus"' in data and json.loads(data)["type"] in ("history", "subscription-notification", "message"):
            found.add(path.stem.removeprefix("Bundle-"))
    assert found == set(PUBLISHED | (OF_R4B if release == "r4b" else OF_R5))


# who sends


def test_medplum_signature_is_of_the_body_as_it_came() -> None:
    body = recorded("medplum-create").body
    signature = hmac_of(b"a secret", body, sha256).hexdigest()
    assert verify_signature(body, signature, "a secret")
    assert verify_signature(body, signature.upper(), "a secret")
    assert not verify_signature(body + b" ", signature, "a secret")
    assert not verify_signature(body, signature, "another secret")
    assert not verify_signature(body, None, "a secret")
    assert not verify_signature(body, "ä\ud800", "a secret")


def test_nothing_is_right_under_an_empty_secret() -> None:
    assert not verify_signature(b"", hmac_of(b"", b"", sha256).hexdigest(), "")
    assert not constant_time_equal("", "")
    assert not constant_time_equal(None, "")
    assert not is_bearer("Bearer ", "")


@pytest.mark.parametrize(
    ("header", "is_right"),
    [
        ("Bearer t0ken", True), ("bearer  t0ken ", True), ("Bearer t0ke", False), ("Bearer t0kenn", False), ("t0ken", False),
        ("Basic t0ken", False), ("Bearer", False), ("", False), (None, False), ("Bearer T0KEN", False),
    ],
)  # fmt: skip
def test_a_bearer_token_is_the_whole_token(header: str | None, is_right: bool) -> None:
    assert is_bearer(header, "t0ken") is is_right
