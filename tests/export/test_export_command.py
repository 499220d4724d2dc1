"""`marrow export` as it is called: the full circle to the conclusions, what is said, and what is never said."""

import json
import resource
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cli.calls import Answer, call, child, on_a_terminal, process, results
from tests.client.key_texts import ec_key, pem
from tests.export.bulk_server import CLIENT, GROUP, MARK, TIME, BulkServer, Made, outcome
from tests.export.exporting import NAMES, data, kinds, sent
from tests.export.serving import running

CHILDREN = ("msc-01", "msc-05", "ctl-02")
TOKEN = "xyzzy-static-token"


def say_nothing(server: BulkServer, answer: Answer) -> None:
    """No id, no token and no address of a file or an export."""
    secrets = (MARK, TOKEN, GROUP, "Musterkind", "/jobs/", "/files/", *server.jobs, *server.tokens)
    assert not any(secret in answer.out + answer.err for secret in secrets)


def by_type(names: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    """The resources of some children, by their type."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in names:
        for entry in child(name)["entry"]:
            found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    return found


def packed(kind: str, resources: list[dict[str, Any]]) -> Made:
    return Made("output", kind, ndjson(resources), count=len(resources))


def ndjson(resources: list[dict[str, Any]]) -> bytes:
    encoder = msgspec.json.Encoder(decimal_format="number")
    return b"".join(encoder.encode(one) + b"\n" for one in resources)


@pytest.fixture
def cohort() -> Iterator[BulkServer]:
    """A server with three children, its Observations in two files."""
    found = by_type(CHILDREN)
    half = len(found["Observation"]) // 2
    files = [packed(kind, each) for kind, each in found.items() if kind != "Observation"]
    files += [packed("Observation", found["Observation"][:half]), packed("Observation", found["Observation"][half:])]
    with running(BulkServer(files, packed=True)) as started:
        yield started


def test_the_full_circle(cohort: BulkServer, tmp_path: Path) -> None:
    answer = call("export", cohort.base, "--out", tmp_path / "monday")
    assert (answer.status, answer.err) == (0, "")
    direct = tmp_path / "direct"
    direct.mkdir()
    for name in CHILDREN:
        resources = [one for each in by_type((name,)).values() for one in each]
        (direct / f"{name}.ndjson").write_bytes(ndjson(resources))
    assert call("evaluate", tmp_path / "monday", "--out", tmp_path / "a", "--quiet").status == 0
    assert call("evaluate", direct, "--out", tmp_path / "b", "--quiet").status == 0
    assert results(tmp_path / "a") == results(tmp_path / "b")
    assert results(tmp_path / "a")["conclusions.ndjson"]


def test_what_was_deleted_later_is_gone_and_what_came_back_is_there(cohort: BulkServer, tmp_path: Path) -> None:
    known = [{**one, "meta": {"lastUpdated": "2026-02-01T00:00:00Z"}} for one in by_type(CHILDREN)["Patient"]]
    gone, back, stays = known
    cohort.files = [packed("Patient", known)]
    call("export", cohort.base, "--out", tmp_path / "monday")
    entries = [{"request": {"method": "DELETE", "url": f"Patient/{one['id']}"}} for one in (gone, back)]
    deletions = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()
    cohort.files = [Made("deleted", "Bundle", deletions)]
    call("export", cohort.base, "--out", tmp_path / "tuesday", "--since", "2026-02-01T00:00:00Z")
    again = {**back, "meta": {"lastUpdated": "2026-03-02T00:00:00Z"}}
    cohort.files = [packed("Patient", [again])]
    call("export", cohort.base, "--out", tmp_path / "wednesday", "--since", TIME)
    folders = [tmp_path / name for name in ("wednesday", "monday", "tuesday")]
    answer = call("evaluate", *folders, "--out", tmp_path / "a")
    assert "; issues: 0" in answer.out.splitlines()[-1] and "1 deleted" in answer.out.splitlines()[-1]
    found = {line["patient"] for line in map(json.loads, (tmp_path / "a" / "conclusions.ndjson").read_text().splitlines())}
    assert found == {f"Patient/{one['id']}" for one in (back, stays)} and gone not in (back, stays)


def test_the_summary_says_how_to_go_on(server: BulkServer, out: Path) -> None:
    answer = call("export", server.base, "--out", out)
    assert (answer.status, answer.err) == (0, "")
    first, second = answer.out.splitlines()
    assert first.startswith("3 files, 4140 lines, ") and first.endswith(f" seconds; they are in {out}")
    assert second.endswith(f"--since {TIME}")
    say_nothing(server, answer)


def test_a_group_is_never_named(server: BulkServer, out: Path) -> None:
    answer = call("export", server.base, "--out", out, "--group", GROUP)
    assert answer.status == 0
    say_nothing(server, answer)


def test_a_signed_statement_opens_the_server(
    server: BulkServer, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ec_key()
    (tmp_path / "key.pem").write_text(pem(key))
    monkeypatch.setenv("MARROW_FHIR_CLIENT_ID", CLIENT)
    monkeypatch.setenv("MARROW_FHIR_KEY_FILE", str(tmp_path / "key.pem"))
    server.keys = AnyKid(key.public_key())
    answer = call("export", server.base, "--out", out)
    assert (answer.status, answer.err) == (0, "")
    assert data(out) == sent(server, *NAMES)
    assert len(server.tokens) == 1
    say_nothing(server, answer)


class AnyKid(dict[str, Any]):
    """One key under every name."""

    def __init__(self, key: Any) -> None:
        super().__init__()
        self._key = key

    def __missing__(self, kid: str) -> Any:
        return self._key


def test_what_is_kept_is_for_the_caller_only_and_holds_no_token(
    server: BulkServer, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARROW_FHIR_TOKEN", TOKEN)
    server.files[1].turns = ["403"] * 9
    assert call("export", server.base, "--out", out).status == 1
    kept = out / ".export" / "state"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert "/jobs/" in kept.read_text() and TOKEN not in kept.read_text()
    server.files[1].turns = []
    assert call("export", "--resume", "--out", out).status == 0
    assert "/jobs/" not in kept.read_text() and "/files/" not in kept.read_text()
    assert data(out) == sent(server, *NAMES)


def test_a_full_disk_is_named_and_gone_on_with_when_there_is_room(server: BulkServer, out: Path) -> None:
    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    answer = process("export", server.base, "--out", out, before=small)
    assert answer.status == 2 and answer.complaints[0].endswith("make room, then go on with --resume")
    assert data(out) == {}
    assert call("export", "--resume", "--out", out).status == 0
    assert data(out) == sent(server, *NAMES)


def test_nothing_half_done_is_taken_for_data(server: BulkServer, out: Path, tmp_path: Path) -> None:
    server.files[1].turns = ["403"] * 9
    assert call("export", server.base, "--out", out).status == 1
    answer = call("evaluate", out, "--out", tmp_path / "results")
    assert (answer.status, len(answer.complaints)) == (2, 1)
    assert "no file in this folder" in answer.err


def test_errors_of_the_server_are_told_by_code(server: BulkServer, out: Path) -> None:
    server.files.append(Made("error", "OperationOutcome", json.dumps(outcome("processing")).encode()))
    server.files[0].count = 50
    answer = call("export", server.base, "--out", out)
    assert answer.status == 1
    assert [line.partition(";")[0] for line in answer.complaints] == [
        "marrow: the server could not export everything (processing 1)",
        "marrow: 1 files hold fewer resources than the server says",
    ]
    say_nothing(server, answer)


@pytest.mark.parametrize("deletes", [True, False])
def test_an_export_can_be_given_up(server: BulkServer, out: Path, deletes: bool) -> None:
    server.deletes = deletes
    server.files[1].turns = ["403"] * 9
    call("export", server.base, "--out", out)
    answer = call("export", "--cancel", "--out", out)
    assert (answer.status, answer.err) == (0, "")
    assert list(server.jobs.values()) == [not deletes]
    assert list(out.iterdir()) == []
    server.files[1].turns = []
    assert call("export", server.base, "--out", out).status == 0


def test_types_are_asked_for_by_name(server: BulkServer, out: Path) -> None:
    call("export", server.base, "--out", out, "--type", "Patient,Observation", "--type", "Patient", "--lenient")
    assert server.requests("$export")[0].query["_type"] == ["Patient,Observation"]
    assert kinds(data(out)) == {"Patient", "Observation"}


def test_two_exports_are_not_mixed_in_one_folder(server: BulkServer, out: Path) -> None:
    server.files[1].turns = ["403"] * 9
    call("export", server.base, "--out", out)
    answer = call("export", server.base, "--out", out)
    assert answer.status == 2 and "--resume" in answer.complaints[0]
    server.files[1].turns = []
    call("export", "--resume", "--out", out)
    answer = call("export", server.base, "--out", out)
    assert answer.status == 2 and "empty folder" in answer.complaints[0]


@pytest.mark.parametrize("kept", [b"", b"{}", b'{"version": 2}', b"\xff"])
def test_what_is_kept_and_cannot_be_read_is_named(server: BulkServer, out: Path, kept: bytes) -> None:
    (out / ".export").mkdir(parents=True)
    (out / ".export" / "state").write_bytes(kept)
    for options in (("--resume",), ("--cancel",), (server.base,)):
        answer = call("export", "--out", out, *options)
        assert answer.status == 2 and "cannot be read" in answer.complaints[0]
    assert server.asked == []


def test_a_kick_off_that_was_refused_can_be_made_otherwise(server: BulkServer, out: Path) -> None:
    server.refused_types = frozenset(("Consent",))
    answer = call("export", server.base, "--out", out, "--type", "Consent")
    assert answer.status == 1 and "refuses" in answer.complaints[0]
    assert call("export", server.base, "--out", out, "--type", "Patient").status == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--since", "yesterday"), "--since: expected an instant"),
        (("--type", "Patent"), "expected names as FHIR has them"),
        (("--group", "a b"), "expected names as FHIR has them"),
        (("--group", "g", "--patients"), "give one of them"),
        (("--resume", "--cancel"), "give one of them"),
        (("--resume", "--type", "Patient"), "give them --out only"),
        (("--resume",), "no export here"),
        (("--cancel",), "no export here"),
        ((), "URL is missing"),
        (("https://user@ehr.example/fhir",), "URL: expected https://host/path"),
        (("--jobs", "0"), "0 is not in the range"),
    ],
)
def test_a_wrong_call_is_named(out: Path, options: tuple[str, ...], said: str) -> None:
    answer = call("export", "--out", out, *options)
    assert answer.status == 2 and said in answer.err
    assert answer.complaints


def test_credentials_are_for_one_server(server: BulkServer, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARROW_FHIR_BASE_URL", "https://ehr.example/fhir")
    monkeypatch.setenv("MARROW_FHIR_TOKEN", TOKEN)
    answer = call("export", server.base, "--out", out)
    assert answer.status == 2 and "MARROW_FHIR_BASE_URL" in answer.complaints[0]
    assert server.asked == []
    monkeypatch.setenv("MARROW_FHIR_BASE_URL", server.base)
    assert call("export", "--out", out).status == 0
    assert server.asked[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_on_a_terminal_a_line_says_how_far_it_is(server: BulkServer, out: Path) -> None:
    status, printed, shown = on_a_terminal("export", server.base, "--out", out)
    assert status == 0
    assert "fetching 3/3 files" in shown and MARK not in shown
    assert printed.splitlines()[0].startswith("3 files, ")


def test_quiet_says_nothing(server: BulkServer, out: Path) -> None:
    assert on_a_terminal("export", server.base, "--out", out, "--quiet") == (0, "", "")
