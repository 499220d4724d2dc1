"""Files that come whole whatever happens on the way: cut, resumed, packed, renewed; and never as half of one."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from fhir_adapter.client.auth import bearer
from tests.export.bulk_server import BulkServer, Made, lines
from tests.export.exporting import NAMES, Call, data, sent
from tests.export.serving import running


@pytest.fixture
def call(server: BulkServer, out: Path) -> Call:
    return Call(server, out)


def test_files_are_there_byte_for_byte(call: Call) -> None:
    found = call.run()
    assert data(call.out) == sent(call.server, *NAMES)
    assert (found.files, found.lines, found.is_whole) == (3, 4140, True)
    assert found.size == call.watched.size == sum(len(one.content) for one in call.server.files)
    assert call.watched.there == 3
    assert all(one.headers["accept"].startswith("application/fhir+ndjson") for one in call.server.requests("files/"))


@pytest.mark.parametrize("validator", ["etag", "modified"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_cut_file_is_gone_on_with(call: Call, validator: str, packed: bool) -> None:
    call.server.validator, call.server.packed = validator, packed
    call.server.files[1].turns = ["cut", "503", "cut"]
    call.run()
    assert data(call.out) == sent(call.server, *NAMES)
    content = call.server.files[1].content
    size = len(gzip.compress(content, mtime=0) if packed else content)
    asked = [one.headers.get("range") for one in call.server.requests("files/") if one.path.endswith("/1")]
    assert asked[:3] == [None, f"bytes={size // 2}-", f"bytes={size // 2}-"]
    third = size // 2 + (size - size // 2) // 2
    assert asked[3:] == [f"bytes={third}-"]


@pytest.mark.parametrize(("validator", "offered"), [("weak", True), ("none", True), ("etag", False)])
def test_what_cannot_be_gone_on_with_begins_again(call: Call, validator: str, offered: bool) -> None:
    call.server.validator, call.server.ranges = validator, offered
    call.server.files[1].turns = ["cut", "cut"]
    call.run()
    assert data(call.out) == sent(call.server, *NAMES)
    asked = [one for one in call.server.requests("files/") if "range" in one.headers]
    assert bool(asked) == (validator == "etag")


def test_a_server_may_give_less_than_it_is_asked_for(call: Call) -> None:
    call.server.files[1].turns = ["cut", "piece", "piece", "piece"]
    call.run()
    assert data(call.out) == sent(call.server, *NAMES)


def test_a_file_that_changed_is_not_mixed_with_what_came_before(call: Call) -> None:
    call.server.files[1].turns = ["cut", "changed"]
    call.run()
    assert data(call.out) == sent(call.server, *NAMES)


def test_a_cut_file_that_comes_on_is_tried_for_ever_and_one_that_does_not_is_given_up(call: Call) -> None:
    call.server.files[1].turns = ["cut"] * 10
    call.run()
    assert data(call.out) == sent(call.server, *NAMES)


@pytest.mark.parametrize(
    ("turns", "code"),
    [
        (["short"] * 9, "not-ndjson"),
        (["close"] * 9, "not-ndjson"),
        (["html"] * 9, "not-ndjson"),
        (["500"] * 9, "broken"),
        (["403"] * 2, "forbidden"),
    ],
)
def test_half_a_file_is_never_there(call: Call, turns: list[str], code: str) -> None:
    call.server.files[1].turns = turns
    failed = call.fails()
    assert failed.code == code
    assert data(call.out) == {}
    call.server.files[1].turns = []
    call.run()
    assert data(call.out) == sent(call.server, *NAMES)
    assert (
        len([one for one in call.server.requests("files/") if one.path.endswith("/0")]) == 1
    )  # what has come is not asked for again


def test_the_others_come_where_one_file_does_not(call: Call) -> None:
    call.jobs = 1
    call.server.files[0].turns = ["403"] * 2
    assert call.fails().code == "forbidden"
    call.server.files[0].turns = []
    call.run()
    assert data(call.out) == sent(call.server, *NAMES)
    assert [one.path[-1] for one in call.server.requests("files/")] == ["0", "1", "2", "0"]


def test_a_packed_file_that_ends_early_is_noticed(call: Call) -> None:
    call.server.packed = True
    call.server.files[1].turns = ["short"]
    call.run()
    assert data(call.out) == sent(call.server, *NAMES)


def test_a_file_packed_by_its_maker_is_unpacked(call: Call) -> None:
    text = call.server.files[1].content
    call.server.files[1].content = gzip.compress(text, mtime=0)
    call.run()
    assert (call.out / "Observation.ndjson").read_bytes() == text


@pytest.mark.parametrize("content", [b"", b"\n", b'{"resourceType": "Patient"}', b'{"resourceType": "Patient"}\r\n'])
def test_a_small_file_is_whole(call: Call, content: bytes) -> None:
    call.server.files[0].content = content
    call.run()
    assert (call.out / "Patient.ndjson").read_bytes() == content


@pytest.mark.parametrize("content", [b'{"resourceType": "Pat', b'{"a": 1}\n{"b"', b"<html>", b'{"a": 1}\n\0\0\0\n'])
def test_what_is_no_ndjson_is_refused(call: Call, content: bytes) -> None:
    call.server.files[0].content = content
    assert call.fails().code == "not-ndjson"
    assert data(call.out) == {}


def test_a_token_that_ends_between_files_and_pieces_is_renewed(call: Call, signed: Any) -> None:
    call.auth, call.server.keys = signed
    call.server.now = call.hours.clock.wall
    call.server.uses, call.jobs = 1, 1
    call.server.files[1].turns = ["cut", "cut"]
    call.run()
    assert data(call.out) == sent(call.server, *NAMES)
    assert len(call.server.tokens) == 8  # kick-off, status, three files and twice on with one, deletion


def test_files_for_everybody_are_fetched_without_our_token(call: Call) -> None:
    call.auth, call.server.files_with_token = bearer("xyzzy-static"), False
    call.run()
    assert data(call.out) == sent(call.server, *NAMES)
    assert not any("authorization" in one.headers for one in call.server.requests("files/"))
    assert all("authorization" in one.headers for one in call.server.requests("jobs/"))


@pytest.mark.parametrize("how", ["url", "led_to"])
def test_another_host_is_asked_only_if_allowed_and_is_not_shown_our_token(call: Call, how: str) -> None:
    elsewhere = BulkServer([Made("output", "Patient", lines("Patient", 7, 9))], jobs={"x": True})
    with running(elsewhere):
        call.auth = bearer("xyzzy-static")
        setattr(call.server.files[0], how, f"{elsewhere.base}/files/x/0/0")
        call.server.files[0].content = elsewhere.files[0].content
        assert call.fails().code == "host-not-allowed"
        assert elsewhere.asked == []
        call.limits = {"allowed_hosts": frozenset((elsewhere.base.split("/")[2],))}
        call.run()
    assert data(call.out) == sent(call.server, *NAMES)
    assert [one.headers.get("authorization") for one in elsewhere.asked] == [None]


def test_a_link_that_leads_round_is_given_up(call: Call) -> None:
    call.server.files[0].led_to = f"{call.server.base}/files/1/0/0"
    call.server.jobs["1"] = True
    assert call.fails().code == "redirected"


def test_links_that_expired_are_asked_for_again(call: Call) -> None:
    call.jobs = 1
    call.server.files[1].turns = ["500"] * 9
    assert call.fails().code == "broken"
    call.server.files[1].turns = []
    call.server.expire_links()
    call.run()
    assert data(call.out) == sent(call.server, *NAMES)


def test_links_that_expired_with_their_export_are_named(call: Call) -> None:
    call.server.files[1].gone = True
    failed = call.fails()
    assert (failed.code, failed.status) == ("file-gone", 404)
    assert "another folder" in str(failed) and "jobs/" not in str(failed)


def test_other_files_than_before_are_not_mixed(call: Call) -> None:
    call.server.files[1].turns = ["500"] * 9
    call.fails()
    call.server.expire_links()
    call.server.files.append(Made("output", "Consent", lines("Consent", 0, 1)))
    assert call.fails().code == "other-manifest"
    assert data(call.out) == {}


def test_fewer_resources_than_the_server_says_are_told(call: Call) -> None:
    call.server.files[0].count = 41
    assert (call.run().short, call.run().is_whole) == (1, False)
