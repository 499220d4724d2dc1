"""A FHIR server that is subscribed to, written by hand: it stores Subscriptions and tries their endpoints before they are active.

Beside it the endpoint that it tries, which reads what it is sent as the service does. Both on real sockets of this machine.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from fhir_adapter.capability import TOPIC
from fhir_adapter.notification.call import Call, Limits
from fhir_adapter.notification.notice import Notice
from fhir_adapter.notification.read import read_notification
from fhir_adapter.notification.signature import is_bearer

Json = dict[str, Any]
TOKEN = "xyzzy-notification-token"
LABS = "http://ehr.example/fhir/SubscriptionTopic/labs"
DOSES = "http://ehr.example/fhir/SubscriptionTopic/doses"
MARK = "Anna Musterkind"
"""What a server may write into an error, and nobody may print."""
_OPEN = build_opener(ProxyHandler({})).open
_STATUS = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription-status-r4"


@dataclass
class Endpoint:
    """What came in at the endpoint; `open` says whether it answers 2xx."""

    url: str = ""
    open: bool = True
    notices: list[Notice] = field(default_factory=list)
    refused: int = 0

    def take(self, call: Call) -> int:
        if not self.open or not is_bearer(call.headers.get("authorization"), TOKEN):
            self.refused += 1
            return 401
        self.notices.append(read_notification(call, Limits()))
        return 200


@dataclass
class TopicServer:
    """What it has, and how it behaves.

    refuse_put: the status with which it answers a PUT of what it does not have. rivals: how many writes come just after
    somebody else's. handshakes: whether it tries endpoints at all. search: the status of searches, 200 for an answer.
    is_strict: else it overlooks what a search asks for. keeps_tags: else meta.tag is dropped. asked: set by the first read
    of a Subscription that is still requested.
    """

    version: str = "4.0.1"
    topics: tuple[str, ...] = (LABS, DOSES)
    software: str = "By hand"
    subscribes: bool = True
    base: str = ""
    stored: dict[str, Json] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    refuse_put: int | None = None
    rivals: int = 0
    handshakes: bool = True
    search: int = 200
    is_strict: bool = True
    keeps_tags: bool = True
    asked: Event = field(default_factory=Event)

    def answer(self, method: str, target: str, body: bytes, if_match: str | None) -> tuple[int, Json | None, dict[str, str]]:
        parts = urlsplit(target)
        path = parts.path.removeprefix("/fhir/")
        kind, _, identity = path.partition("/")
        match method, kind, identity:
            case "GET", "metadata", _:
                return 200, self.capability(), {}
            case "GET", "Subscription", "":
                return self.found(parse_qs(parts.query))
            case "GET", "Subscription", _:
                return self.read(identity)
            case "PUT", "Subscription", _:
                return self.put(identity, json.loads(body), if_match)
            case "POST", "Subscription", "":
                resource = self.store(f"s{len(self.written)}", json.loads(body), "POST")
                return 201, None, {"Location": f"{self.base}/Subscription/{resource['id']}/_history/1"}
            case "DELETE", "Subscription", _:
                self.written.append("DELETE")
                return (204 if self.stored.pop(identity, None) else 404), None, {}
        return 404, None, {}

    def capability(self) -> Json:
        extension = [{"url": TOPIC, "valueCanonical": topic} for topic in self.topics]
        resources = [{"type": "Subscription", "extension": extension}] if self.subscribes else [{"type": "Patient"}]
        return {
            "resourceType": "CapabilityStatement",
            "fhirVersion": self.version,
            "software": {"name": self.software},
            "rest": [{"mode": "server", "resource": resources}],
        }

    def found(self, asked: dict[str, list[str]]) -> tuple[int, Json | None, dict[str, str]]:
        if self.search != 200:
            return self.search, None, {}
        urls = asked.get("url") if self.is_strict else None
        among = [one for one in self.stored.values() if urls is None or endpoint_of(one) in urls]
        entries = [{"resource": one, "search": {"mode": "match"}} for one in among]
        return 200, {"resourceType": "Bundle", "type": "searchset", "entry": entries}, {}

    def read(self, identity: str) -> tuple[int, Json | None, dict[str, str]]:
        found = self.stored.get(identity)
        if found is None:
            return 404, {"resourceType": "OperationOutcome", "issue": []}, {}
        if found["status"] == "requested":
            self.asked.set()
        return 200, found, {"ETag": f'W/"{found["meta"]["versionId"]}"'}

    def put(self, identity: str, resource: Json, if_match: str | None) -> tuple[int, Json | None, dict[str, str]]:
        there = self.stored.get(identity)
        if there is None and self.refuse_put is not None:
            return self.refuse_put, None, {}
        if there is not None and self.rivals:
            self.rivals -= 1
            there["meta"]["versionId"] = str(int(there["meta"]["versionId"]) + 1)
        if there is not None and if_match is not None and if_match != f'W/"{there["meta"]["versionId"]}"':
            return 412, None, {}
        stored = self.store(identity, resource, "PUT")
        return (200 if there else 201), None, {"ETag": f'W/"{stored["meta"]["versionId"]}"'}

    def store(self, identity: str, resource: Json, method: str) -> Json:
        self.written.append(method)
        before = self.stored.get(identity)
        meta = {**(resource.get("meta") or {}), "versionId": str(int(before["meta"]["versionId"]) + 1) if before else "1"}
        if not self.keeps_tags:
            meta.pop("tag", None)
        stored = {**resource, "id": identity, "meta": meta}
        if stored["status"] == "requested" and self.handshakes:
            answered = self.shake_hands(stored)
            stored["status"] = "active" if answered else "error"
            if not answered and "channel" in stored:
                stored["error"] = f"could not deliver {MARK}"
        self.stored[identity] = stored
        return stored

    def shake_hands(self, resource: Json) -> bool:
        """Send a handshake to the endpoint; whether it answers 2xx."""
        headers = {one["name"]: one["value"] for one in resource.get("parameter", ())}
        for line in resource.get("channel", {}).get("header", ()):
            name, _, value = line.partition(": ")
            headers[name] = value
        body = json.dumps(handshake(resource, self.base)).encode()
        try:
            with _OPEN(Request(str(endpoint_of(resource)), body, headers, method="POST"), timeout=30) as answer:
                return bool(answer.status == 200)
        except URLError:
            return False


def endpoint_of(resource: Json) -> str | None:
    found: str | None = resource.get("endpoint") or resource["channel"]["endpoint"]
    return found


def handshake(resource: Json, base: str) -> Json:
    """The Bundle that R5 or the backport guide wants before a Subscription is active."""
    reference, topic = f"{base}/Subscription/{resource['id']}", resource.get("topic") or resource["criteria"]
    if "topic" in resource:
        status = {
            "resourceType": "SubscriptionStatus",
            "status": "requested",
            "type": "handshake",
            "eventsSinceSubscriptionStart": "0",
            "subscription": {"reference": reference},
            "topic": topic,
        }
        return {"resourceType": "Bundle", "type": "subscription-notification", "entry": [{"resource": status}]}
    parameters = {
        "resourceType": "Parameters",
        "meta": {"profile": [_STATUS]},
        "parameter": [
            {"name": "subscription", "valueReference": {"reference": reference}},
            {"name": "topic", "valueCanonical": topic},
            {"name": "status", "valueCode": "requested"},
            {"name": "type", "valueCode": "handshake"},
            {"name": "events-since-subscription-start", "valueString": "0"},
        ],
    }
    request = {"method": "GET", "url": f"{reference}/$status"}
    entry = {"resource": parameters, "request": request, "response": {"status": "200"}}
    return {"resourceType": "Bundle", "type": "history", "entry": [entry]}


@contextmanager
def running(server: TopicServer) -> Iterator[TopicServer]:
    """The server on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, told, headers = server.answer(self.command, self.path, body, self.headers.get("If-Match"))
            _reply(self, status, b"" if told is None else json.dumps(told).encode(), headers)

        do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:
            return

    with _listening(Handler) as root:
        server.base = f"{root}/fhir"
        yield server


@contextmanager
def listening(endpoint: Endpoint) -> Iterator[Endpoint]:
    """The endpoint on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            path = self.path.removeprefix("/notifications/ehr")
            _reply(self, endpoint.take(Call("POST", path, headers, body)), b"", {})

        def log_message(self, format: str, *args: object) -> None:
            return

    with _listening(Handler) as root:
        endpoint.url = f"{root}/notifications/ehr"
        yield endpoint


@contextmanager
def _listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listener:
        thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.server_address[1]}"
        finally:
            listener.shutdown()
            thread.join()


def _reply(handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
    handler.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(body)), "Content-Type": "application/fhir+json"}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
