"""An export on the server: asked for as the guide has it, waited for as the server wishes, and deleted in the end."""

import json
from pathlib import Path
from typing import Any

import pytest

from fhir_adapter.client.bulk_export import Asked
from fhir_adapter.client.trouble import ExchangeFailed
from fhir_adapter.resources import SHAPES
from tests.export.bulk_server import GROUP, HANG_UP, MARK, NDJSON, BulkServer, Made, outcome
from tests.export.exporting import NAMES, Call, data, sent

Overload = tuple[int, Any, dict[str, str]]
BUSY: Overload = (429, outcome("throttled"), {"Retry-After": "30"})


@pytest.fixture
def call(server: BulkServer, out: Path) -> Call:
    return Call(server, out)


def test_what_is_asked_for_is_said_as_the_guide_has_it(call: Call) -> None:
    asked = Asked(
        types=("Patient", "Observation"), since="2026-01-31T00:00:00+01:00", elements=("id", "code"), lenient=True,
        type_filters=("Observation?status=final&code=a,b", "Patient?active=true"),
    )  # fmt: skip
    call.run(asked)
    (kick_off,) = call.server.requests("$export")
    assert (kick_off.method, kick_off.path, kick_off.headers["accept"]) == ("GET", "$export", "application/fhir+json")
    assert kick_off.headers["prefer"] == "respond-async, handling=lenient"
    assert kick_off.query == {
        "_outputFormat": [NDJSON],
        "_type": ["Patient,Observation"],
        "_since": ["2026-01-31T00:00:00+01:00"],
        "_elements": ["id,code"],
        "_typeFilter": ["Observation?status=final&code=a,b", "Patient?active=true"],
    }


@pytest.mark.parametrize(
    ("asked", "path"),
    [(Asked(), "$export"), (Asked(patients=True), "Patient/$export"), (Asked(group=GROUP), f"Group/{GROUP}/$export")],
)
def test_an_export_is_of_all_of_patients_or_of_a_group(call: Call, asked: Asked, path: str) -> None:
    call.run(asked)
    assert [one.path for one in call.server.requests("$export")] == [path]


def test_a_server_that_takes_no_get_is_asked_by_post(call: Call) -> None:
    call.server.get_kick_off = False
    call.run(Asked(types=("Patient",), since="2026-01-31T00:00:00Z"))
    get, post = call.server.requests("$export")
    assert (get.method, post.method, post.headers["prefer"]) == ("GET", "POST", "respond-async")
    assert json.loads(post.body) == {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "_outputFormat", "valueString": NDJSON},
            {"name": "_type", "valueString": "Patient"},
            {"name": "_since", "valueInstant": "2026-01-31T00:00:00Z"},
        ],
    }


def test_a_server_is_waited_for_as_long_as_it_asks(call: Call) -> None:
    call.server.polls, call.server.retry_after = 3, "120"
    call.run()
    assert call.hours.slept == [120.0] * 3
    assert call.watched.waited == ["50%"] * 3


def test_a_date_to_wait_for_is_waited_for(call: Call) -> None:
    call.server.polls, call.server.retry_after = 1, "Tue, 14 Nov 2023 22:15:20 GMT"  # two minutes after the clock's midnight
    call.run()
    assert call.hours.slept == [120.0]


def test_without_a_wish_pauses_grow_to_a_limit(call: Call) -> None:
    call.server.polls, call.server.retry_after = 20, None
    call.run()
    assert call.hours.slept == sorted(call.hours.slept)
    assert (call.hours.slept[0], call.hours.slept[-1]) == (1.0, 60.0)


def test_a_server_that_asks_for_no_pause_is_not_asked_without_one(call: Call) -> None:
    call.server.polls, call.server.retry_after = 2, "0"
    call.run()
    assert min(call.hours.slept) > 0


@pytest.mark.parametrize(("said", "told"), [("7 of 12", "7 of 12"), ("12.5 %", "12.5 %"), (MARK, None), ("", None)])
def test_only_the_numbers_of_a_progress_are_told(call: Call, said: str, told: str | None) -> None:
    call.server.polls, call.server.progress = 1, said
    call.run()
    assert call.watched.waited == [told]


def test_a_busy_server_is_asked_again_when_it_wishes(call: Call) -> None:
    call.server.kick_offs = [BUSY]
    call.server.statuses = [BUSY, (503, None, {}), (500, outcome("transient"), {}), (202, None, {})]
    call.limits = {"tries": 4}
    call.run()
    assert call.hours.slept[:2] == [30.0, 30.0]
    assert data(call.out) == sent(call.server, *NAMES)


def test_a_server_that_is_away_for_a_while_is_waited_for(call: Call) -> None:
    call.server.statuses = [(HANG_UP, None, {})] * 8  # each question is asked three times
    call.run()
    assert call.hours.slept.count(60.0) == 2
    assert data(call.out) == sent(call.server, *NAMES)


def test_a_server_that_stays_away_is_given_up_and_can_be_gone_on_with(call: Call) -> None:
    call.server.statuses = [(HANG_UP, None, {})] * 9
    assert call.fails().code == "cut"
    call.run()
    assert len(call.server.jobs) == 1


def test_an_export_is_not_begun_by_a_server_that_is_away(call: Call) -> None:
    call.server.kick_offs = [(HANG_UP, None, {})] * 3
    assert call.fails().code == "cut"
    assert call.server.jobs == {}


@pytest.mark.parametrize("where", ["kick_offs", "statuses"])
def test_a_server_that_stays_busy_is_given_up_and_can_be_gone_on_with(call: Call, where: str) -> None:
    setattr(call.server, where, [BUSY] * 3)
    failed = call.fails()
    assert (failed.code, failed.tries, failed.retry_after) == ("overloaded", 3, 30.0)
    call.run()
    assert data(call.out) == sent(call.server, *NAMES)
    assert len(call.server.jobs) == 1


@pytest.mark.parametrize(
    ("answer", "code", "status"),
    [
        ((500, outcome("too-costly"), {}), "export-failed", 500),
        ((200, outcome("processing"), {}), "export-failed", 200),
        ((400, outcome("invalid"), {}), "refused", 400),
        ((404, None, {}), "job-gone", 404),
        ((200, {"transactionTime": "yesterday"}, {}), "not-manifest", 200),
        ((200, {"transactionTime": "2026-01-01T00:00:00Z", "output": [{"type": "../x", "url": "y"}]}, {}), "not-manifest", 200),
        ((200, {"transactionTime": "2026-01-01T00:00:00Z", "output": [{"type": "Patient"}]}, {}), "not-manifest", 200),
    ],
)
def test_an_export_that_fails_is_named_and_leaves_nothing(call: Call, answer: Overload, code: str, status: int) -> None:
    call.server.statuses = [answer]
    failed = call.fails()
    assert (failed.code, failed.status) == (code, status)
    assert MARK not in str(failed) and "jobs/" not in str(failed)
    assert failed.code == "refused" or not any(call.server.jobs.values())
    assert data(call.out) == {}


def test_after_a_failed_export_another_one_is_begun(call: Call) -> None:
    call.server.statuses = [(500, outcome("too-costly"), {})]
    call.fails()
    call.run()
    assert data(call.out) == sent(call.server, *NAMES)
    assert len(call.server.jobs) == 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((202, None, {}), "no-job"),
        ((200, {"resourceType": "Bundle"}, {}), "no-job"),
        ((202, None, {"Content-Location": "http://elsewhere.example/jobs/1"}), "host-not-allowed"),
        ((202, None, {"Content-Location": "file:///etc/passwd"}), "address"),
        ((403, outcome("forbidden"), {}), "forbidden"),
        ((404, None, {}), "unsupported"),
        ((400, outcome("invalid"), {}), "refused"),
    ],
)
def test_a_kick_off_that_leads_nowhere_is_named(call: Call, answer: Overload, code: str) -> None:
    call.server.kick_offs = [answer]
    failed = call.fails(Asked(group=GROUP))
    assert failed.code == code
    assert not any(word in str(failed) for word in (GROUP, MARK, "elsewhere"))


def test_an_address_below_the_servers_own_is_enough(call: Call) -> None:
    call.server.jobs["mine"] = True
    call.server.kick_offs = [(202, None, {"Content-Location": "/fhir/jobs/mine"})]
    call.run()
    assert data(call.out) == sent(call.server, *NAMES)


def test_a_manifest_on_several_pages_is_read_whole(call: Call) -> None:
    call.server.pages, call.server.polls = 3, 1
    call.run()
    assert data(call.out) == sent(call.server, *NAMES)
    assert [one.path.split("/")[2:] for one in call.server.requests("jobs/")] == [[], [], ["1"], ["2"], []]


def test_pages_that_go_round_are_noticed(call: Call) -> None:
    job = f"{call.server.base}/jobs/mine"
    call.server.jobs["mine"] = True
    call.server.kick_offs = [(202, None, {"Content-Location": job})]
    round_about = {"transactionTime": "2026-01-01T00:00:00Z", "output": [], "link": [{"relation": "next", "url": job}]}
    call.server.statuses = [(200, round_about, {})]
    assert call.fails().code == "next-again"


def test_types_that_the_server_has_not_are_left_out_and_told(call: Call) -> None:
    call.server.refused_types = frozenset(("ResearchSubject", "Immunization"))
    found = call.run(by_default=True)
    _, second = call.server.requests("$export")
    assert second.query["_type"] == ["Patient,Observation,Consent"]
    assert set(found.left_out) == set(SHAPES) - {"Patient", "Observation", "Consent"}


def test_types_that_were_asked_for_are_never_left_out(call: Call) -> None:
    call.server.refused_types = frozenset(("ResearchSubject",))
    with pytest.raises(ExchangeFailed, match="refuses"):
        call.run(Asked(types=("Patient", "ResearchSubject")))


@pytest.mark.parametrize("deletes", [True, False])
def test_an_export_is_deleted_when_everything_is_here(call: Call, deletes: bool) -> None:
    call.server.deletes = deletes
    call.run()
    assert list(call.server.jobs.values()) == [not deletes]
    assert [one.method for one in call.server.requests("jobs/")] == ["GET", "DELETE"]
    before = len(call.server.asked)
    call.run()
    assert len(call.server.asked) == before  # there is nothing left to do


def test_an_export_that_is_kept_is_not_deleted(call: Call) -> None:
    call.keep = True
    call.run()
    assert list(call.server.jobs.values()) == [True]


def test_what_the_server_could_not_export_is_counted_by_code(call: Call) -> None:
    harmless = {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "informational"}]}
    told = b"".join(json.dumps(one).encode() + b"\n" for one in (outcome("processing"), outcome("processing", MARK), harmless))
    call.server.files.append(Made("error", "OperationOutcome", told))
    found = call.run()
    assert (found.errors, found.is_whole) == ({"processing": 2, "unknown": 1}, False)
    assert data(call.out) == sent(call.server, *NAMES)
    assert (call.out / ".export" / "errors.OperationOutcome.1").read_bytes() == told


def test_an_empty_export_is_one(call: Call) -> None:
    call.server.files = []
    found = call.run()
    assert (found.files, found.lines, found.is_whole) == (0, 0, True)


@pytest.mark.parametrize("since", ["2026-01-31", "2026-01-31T00:00:00", "yesterday", ""])
def test_a_time_without_a_zone_is_no_instant(since: str) -> None:
    with pytest.raises(ValueError, match="expected an instant"):
        Asked(since=since)


@pytest.mark.parametrize("wrong", [{"types": ("Patent",)}, {"group": "../Patient"}, {"group": ""}])
def test_names_that_fhir_does_not_have_are_not_asked_for(wrong: dict[str, Any]) -> None:
    with pytest.raises(ExchangeFailed, match="expected names"):
        Asked(**wrong)
