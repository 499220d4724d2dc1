"""Two thousand requests of rubbish on real sockets: no 5xx, no traceback, and nothing of what was sent in the log."""

import json
import random
import socket
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import httpx

from tests.service.asking import EVALUATE, MARK, TOKEN
from tests.service.test_process import serving

PATHS = (
    EVALUATE, "/fhir/metadata", "/fhir/Condition", "/fhir/Condition/x", "/notifications/ehr", "/notifications/ehr/Observation/x",
    "/notifications/", "/cds-services", "/cds-services/x", "/patients/x", "/", "/metrics", "/docs", "/healthz", "/readyz",
    "/.well-known/jwks.json", "/openapi.json",
)  # fmt: skip
METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "WANDA")
HEADERS = (
    "Authorization", "Content-Type", "Content-Encoding", "X-Request-ID", "X-Signature", "Host", "X-Medplum-Interaction",
    "X-Medplum-Deleted-Resource", "Accept", "Origin", "If-Match", "Forwarded", "Cookie", "Content-Language",
)  # fmt: skip
VALUES = (
    MARK, f"Bearer {MARK}", "Bearer", f"Bearer {MARK}.{MARK}.{MARK}", f"Bearer {TOKEN}", "application/fhir+json", "gzip", "",
    f"Basic {MARK}", "\xe9\xff", "a" * 3000, f"Observation/{MARK}", "delete", f"{MARK} 1187", '"' + MARK, "0", "{}", "\\",
    "application/json",
)  # fmt: skip
BODIES = (
    b"", b"{}", b"[]", b"null", MARK.encode(), b"\x1f\x8b" + MARK.encode(), b"\xff\xfe", b"[" * 5000, b'{"a":' * 3000,
    json.dumps({"resourceType": "Observation", "id": MARK, "valueString": MARK}).encode(),
    json.dumps({"resourceType": "Bundle", "type": MARK, "entry": [{"resource": {"resourceType": MARK}}, MARK]}).encode(),
    json.dumps([{"eventType": MARK, "data": {"resourceFhirId": MARK}}]).encode(),
    b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"\\ud800"}}]}', b"1e999", b'{"id":1e999999}',
)  # fmt: skip


def asked(asking: httpx.Client, chance: random.Random) -> int:
    """One request that HTTP allows, of parts that nobody would put together."""
    path = chance.choice(PATHS) + chance.choice(
        ("", "/", "?", f"?patient={MARK}", f"/{MARK}", "?a=1&a=2", "/%00", "/%ff%0a", "/../x")
    )
    headers = [(name, chance.choice(VALUES)) for name in chance.sample(HEADERS, chance.randrange(6))]
    if chance.random() < 0.6:
        headers = [("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/fhir+json"), *headers]
    coded = [(name, value.encode("latin-1")) for name, value in headers]
    return asking.request(chance.choice(METHODS), path, content=chance.choice(BODIES), headers=coded).status_code


def raw(address: str, chance: random.Random) -> bytes:
    """What a line of rubbish is answered with."""
    host = urlsplit(address)
    lines = [
        chance.randbytes(chance.randrange(1, 200)), f"GET /{MARK} HTTP/9.9\r\n\r\n".encode(), b"GET / HTTP/1.1\r\n\r\n",
        f"GET http://{MARK}/ HTTP/1.1\r\nHost: {MARK}\r\nConnection: close\r\n\r\n".encode(), b"\r\n\r\n\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", f"{MARK}: {MARK}\r\n\r\n".encode(),
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"GET * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ]  # fmt: skip
    with socket.create_connection((str(host.hostname), int(host.port or 0)), timeout=30) as line:
        line.sendall(chance.choice(lines))
        line.shutdown(socket.SHUT_WR)
        try:
            return line.recv(4096)
        except ConnectionError:
            return b""


def test_rubbish_is_refused_and_nothing_of_it_is_logged(tmp_path: Path) -> None:
    chance = random.Random(7319)
    settings = {
        "MARROW_API_TOKEN": TOKEN, "MARROW_NOTIFICATION_TOKEN": TOKEN, "MARROW_DATABASE_URL": f"sqlite:///{tmp_path}/m.db",
    }  # fmt: skip
    with serving("127.0.0.1", **settings) as (address, running):
        said: list[str] = []
        assert running.stderr is not None
        reader = Thread(target=said.extend, args=(running.stderr,))  # a log that nobody reads holds up who writes it
        reader.start()
        with httpx.Client(base_url=address, timeout=60) as asking:
            statuses = [asked(asking, chance) for _ in range(1700)]
            answers = [raw(address, chance) for _ in range(300)]
            assert asking.get("/healthz").status_code == 200
            told = asking.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
        running.terminate()
        assert running.wait(60) == 0
        reader.join(60)
    assert {status for status in statuses if status >= 500} <= {503}
    assert 503 not in statuses
    assert {200, 400, 401, 404, 405, 415} <= set(statuses)
    assert [one for one in answers if one.startswith(b"HTTP/1.1 5")] == []
    lines = [json.loads(line) for line in said]
    assert len([line for line in lines if line["event"] == "request"]) >= 1700
    assert [line for line in lines if line["level"] == "error" or "error" in line] == []
    kept = [line | {"request_id": ""} for line in lines]  # a sane id is the caller's own, and is kept on purpose
    assert MARK.lower() not in json.dumps(kept).lower()
    assert MARK.lower() not in told.lower()
