"""Notifications of the tests' server: as Medplum sends them, and what can be made to befall them."""

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fhir_adapter.notification.call import Call, Limits
from fhir_adapter.notification.read import read_notification
from fhir_adapter.notification.signature import is_bearer, verify_signature
from tests.fhir_server.filed import bundle, condition, observation, patient
from tests.fhir_server.running import FhirServer, Json

pytestmark = pytest.mark.needs("node")

OBSERVATION = ("Observation", "o1")


@dataclass
class Receiver:
    """An endpoint that keeps the calls it got. statuses: what it answers, one after the other, at last 200 again and again."""

    statuses: list[int] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    together: threading.Barrier | None = None
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    def take(self, call: Call) -> int:
        with self.lock:
            self.calls.append(call)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            status = self.statuses.pop(0) if self.statuses else 200
        if self.together is not None:
            self.together.wait(30)
        with self.lock:
            self.at_once -= 1
        return status

    @property
    def bodies(self) -> list[Json]:
        return [json.loads(call.body) for call in self.calls]

    @property
    def told(self) -> list[tuple[str, str]]:
        """The interaction of each call, and what it was about."""
        return sorted(
            (call.headers["x-medplum-interaction"], read_notification(call, Limits()).changes[0].ref) for call in self.calls
        )


@contextmanager
def receiving(*statuses: int, together: int = 0) -> Iterator[Receiver]:
    """A receiver on a port of its own. together: how many calls must be there at once before any is answered."""
    receiver = Receiver([*statuses], together=threading.Barrier(together) if together else None)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = receiver.take(Call("POST", "", headers, body))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
        receiver.url = f"http://127.0.0.1:{http.server_port}/notifications/ehr"
        try:
            yield receiver
        finally:
            http.shutdown()


def kept(server: FhirServer, **names: int) -> None:
    """The server tells this many of each outcome, and none of the others."""
    assert {name: number for name, number in server.notices().items() if number} == names


# As Medplum sends them


def test_a_subscription_that_is_requested_becomes_active(server: FhirServer) -> None:
    stored = server.subscribe("Observation", "http://127.0.0.1:1/")
    assert stored["status"] == "active"
    statuses = [entry["resource"]["status"] for entry in server.history("Subscription", stored["id"])]
    assert statuses == ["active", "requested"]


def test_a_change_is_posted_with_the_headers_of_the_subscription(server: FhirServer) -> None:
    with receiving() as receiver:
        subscription = server.subscribe("Observation", receiver.url, ["Authorization: Bearer abc", "X-Ward: 7"])
        stored = server.put(observation())
        server.quiet()
        (call,) = receiver.calls
    assert json.loads(call.body) == stored
    assert call.headers["content-type"] == "application/fhir+json"
    assert call.headers["x-medplum-subscription"] == subscription["id"]
    assert is_bearer(call.headers["authorization"], "abc")
    assert call.headers["x-ward"] == "7"
    assert "x-signature" not in call.headers
    (change,) = read_notification(call, Limits()).changes
    assert (change.ref, change.version, change.interaction) == ("Observation/o1", stored["meta"]["versionId"], "upsert")


def test_creation_update_and_deletion_are_told_apart(server: FhirServer) -> None:
    with receiving() as receiver:
        server.subscribe("Observation", receiver.url)
        for write in (lambda: server.put(observation()), lambda: server.put(observation()), lambda: server.delete(*OBSERVATION)):
            write()
            server.quiet()
    assert [call.headers["x-medplum-interaction"] for call in receiver.calls] == ["create", "update", "delete"]
    deletion = receiver.calls[-1]
    assert (deletion.body, deletion.headers["x-medplum-deleted-resource"]) == (b"{}", "Observation/o1")
    (change,) = read_notification(deletion, Limits()).changes
    assert (change.ref, change.interaction) == ("Observation/o1", "delete")


def test_bodies_are_signed_where_a_secret_was_agreed(server: FhirServer) -> None:
    with receiving() as receiver:
        server.subscribe("Observation", receiver.url, secret="agreed")
        server.put(observation())
        server.quiet()
        server.delete("Observation", "o1")
        server.quiet()
    assert len(receiver.calls) == 2
    for call in receiver.calls:
        assert verify_signature(call.body, call.headers["x-signature"], "agreed")
        assert not verify_signature(call.body, call.headers["x-signature"], "other")


def test_each_subscription_is_told_what_matches_its_own_criteria(server: FhirServer) -> None:
    with receiving() as finals, receiving() as all_of_p2, receiving() as patients:
        server.subscribe("Observation?status=final", finals.url)
        server.subscribe("Observation?patient=Patient/p2", all_of_p2.url)
        server.subscribe("Patient", patients.url)
        server.put(observation("o1", "p1"))
        server.put(observation("o2", "p2", status="preliminary"))
        server.put(observation("o3", "p2"))
        server.put(condition())
        server.quiet()
    assert finals.told == [("create", "Observation/o1"), ("create", "Observation/o3")]
    assert all_of_p2.told == [("create", "Observation/o2"), ("create", "Observation/o3")]
    assert patients.calls == []


def test_a_deletion_is_told_where_the_deleted_resource_matched(server: FhirServer) -> None:
    server.load([observation("o1"), observation("o2", status="preliminary")])
    with receiving() as receiver:
        server.subscribe("Observation?status=final", receiver.url)
        server.delete("Observation", "o1")
        server.delete("Observation", "o2")
        server.quiet()
    assert receiver.told == [("delete", "Observation/o1")]


def test_a_subscription_that_is_off_or_deleted_is_not_served(server: FhirServer) -> None:
    with receiving() as receiver:
        off, deleted = (server.subscribe("Observation", receiver.url) for _ in range(2))
        server.put(off | {"status": "off"})
        server.delete("Subscription", deleted["id"])
        server.put(observation())
        server.quiet()
    assert receiver.calls == []
    kept(server)


def test_a_transaction_is_told_once_it_stands_and_never_when_it_fails(server: FhirServer) -> None:
    with receiving() as receiver:
        server.subscribe("Observation", receiver.url)
        good, bad = observation("o1"), observation("o2", wordless="x")
        server.ask("POST", "/fhir", bundle("transaction", ("PUT", "Observation/o1", good), ("PUT", "Observation/o2", bad)))
        server.quiet()
        assert receiver.calls == []
        server.ask("POST", "/fhir", bundle("transaction", ("PUT", "Observation/o1", good), ("PUT", "Patient/p1", patient())))
        server.quiet()
    assert receiver.told == [("create", "Observation/o1")]


def test_a_receiver_that_fails_is_tried_three_times(server: FhirServer) -> None:
    with receiving(500, 503, 200, 500, 500, 500) as receiver:
        server.subscribe("Observation", receiver.url)
        server.put(observation("o1"))
        server.quiet()
        kept(server, sent=1)
        server.put(observation("o2"))
        server.quiet()
    assert [ref for _, ref in receiver.told] == ["Observation/o1"] * 3 + ["Observation/o2"] * 3
    kept(server, sent=1, lost=1)


def test_nobody_who_is_not_there_is_told(server: FhirServer) -> None:
    with receiving() as receiver:
        server.subscribe("Observation", receiver.url)
    server.put(observation())
    server.quiet()
    kept(server, lost=1)


def test_what_changed_meanwhile_is_not_tried_again(server: FhirServer) -> None:
    with receiving(500, 500) as receiver:
        server.subscribe("Observation", receiver.url)
        server.load([observation("o1"), observation("o1", status="amended")], notify=True)
        server.quiet()
    assert len(receiver.calls) == 3
    kept(server, sent=1, superseded=1)


def test_as_many_as_eight_are_under_way_at_once(server: FhirServer) -> None:
    with receiving(together=8) as receiver:
        server.subscribe("Observation", receiver.url)
        server.load((observation(f"o{number}") for number in range(32)), notify=True)
        server.quiet()
    assert (len(receiver.calls), receiver.most_at_once) == (32, 8)


def test_a_subscription_that_cannot_be_evaluated_harms_no_other(server: FhirServer) -> None:
    with receiving() as receiver:
        server.subscribe("Observation?_include=nothing", receiver.url)
        server.subscribe("Observation", receiver.url)
        server.put(observation())
        server.quiet()
    assert receiver.told == [("create", "Observation/o1")]


# What can befall them


def loaded(server: FhirServer, receiver: Receiver, many: int = 200) -> Iterable[str]:
    """The ids that arrive when many resources are stored at once, in their order."""
    server.load((observation(f"o{number:03}") for number in range(many)), notify=True)
    server.quiet(30)
    return [body["id"] for body in receiver.bodies]


def test_a_seed_decides_which_are_dropped(server: FhirServer) -> None:
    arrived = []
    for seed in (1, 1, 2):
        server.reset()
        with receiving() as receiver:
            server.subscribe("Observation", receiver.url)
            server.disturb(seed=seed, drop=0.5)
            arrived.append(sorted(loaded(server, receiver)))
            kept(server, sent=len(arrived[-1]), dropped=200 - len(arrived[-1]))
    assert arrived[0] == arrived[1] != arrived[2]
    assert 60 < len(arrived[0]) < 140


def test_some_come_twice(server: FhirServer) -> None:
    with receiving() as receiver:
        server.subscribe("Observation", receiver.url)
        server.disturb(seed=1, duplicate=0.5)
        arrived = [*loaded(server, receiver)]
    assert len({*arrived}) == 200
    assert 260 < len(arrived) < 340
    kept(server, sent=len(arrived), duplicated=len(arrived) - 200)


@pytest.mark.parametrize("how", [{"reorder": 0.5}, {"delay": 0.5, "seconds": 0.1}], ids=["reordered", "delayed"])
def test_some_are_overtaken(server: FhirServer, how: dict[str, float]) -> None:
    with receiving() as receiver:
        server.subscribe("Observation", receiver.url)
        server.disturb(seed=1, **how)
        arrived = [*loaded(server, receiver)]
    assert len(arrived) == 200
    displaced = [place for place, identity in enumerate(arrived) if abs(int(identity[1:]) - place) > 16]
    assert len(displaced) > 50


def test_nothing_befalls_them_once_it_is_healed(server: FhirServer) -> None:
    with receiving() as receiver:
        server.subscribe("Observation", receiver.url)
        server.disturb(drop=1)
        server.put(observation("o1"))
        server.heal()
        server.put(observation("o2"))
        server.quiet()
    assert receiver.told == [("create", "Observation/o2")]


def test_what_is_still_on_its_way_is_not_quiet(server: FhirServer) -> None:
    with receiving(together=2) as receiver:
        server.subscribe("Observation", receiver.url)
        server.put(observation("o1"))
        with pytest.raises(TimeoutError, match="still had notifications"):
            server.quiet(0.05)
        server.put(observation("o2"))
        server.quiet()
    assert len(receiver.calls) == 2
