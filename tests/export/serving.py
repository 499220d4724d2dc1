"""How the server of bulk exports answers: its addresses, its files in ranges, and its misbehaviour."""

import gzip
import json
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from tests.export.bulk_server import HANG_UP, MARK, NDJSON, Asked, BulkServer, Json, Made, outcome


class Handler(BaseHTTPRequestHandler):
    """One connection. The server is that of the class made for it."""

    protocol_version = "HTTP/1.1"
    bulk: BulkServer

    def do_GET(self) -> None:
        self.answer("GET")

    def do_POST(self) -> None:
        self.answer("POST")

    def do_DELETE(self) -> None:
        self.answer("DELETE")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""

    def answer(self, method: str) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = parts.path.removeprefix("/fhir/")
        asked = Asked(method, path, parse_qs(parts.query), headers, body)
        self.bulk.asked.append(asked)
        if path == ".well-known/smart-configuration":
            return self.say(200, {"token_endpoint": f"{self.bulk.base}/token"})
        if path == "token":
            return self.say(*self.bulk.grant(parse_qs(body.decode())))
        if path == "metadata":
            return self.say(200, capability(self.bulk.refused_types))
        if not path.startswith("files/") or self.bulk.files_with_token:
            if not self.bulk.lets_in(headers.get("authorization")):
                return self.say(401, outcome("login"))
        elif "authorization" in headers:
            return self.say(400, outcome("security"))  # it is nobody's business here: as object stores answer
        return self.route(asked)

    def route(self, asked: Asked) -> None:
        match asked.method, asked.path.split("/"):
            case "GET" | "POST", [*_, "$export"]:
                return self.kick_off(asked)
            case method, ["jobs", job, *page]:
                return self.job(method, job, int(page[0]) if page else 0)
            case "GET", ["files", job, generation, number]:
                return self.file(self.bulk.files[int(number)], job, int(generation), asked.headers)
        return self.say(404, outcome("not-found"))

    def kick_off(self, asked: Asked) -> None:
        if self.bulk.kick_offs:
            return self.say(*self.bulk.kick_offs.pop(0))
        if asked.method == "GET" and not self.bulk.get_kick_off:
            return self.say(405, outcome("not-supported"))
        if "respond-async" not in asked.headers.get("prefer", "") or "application/fhir+json" not in asked.headers["accept"]:
            return self.say(400, outcome("required"))
        if self.bulk.refused_types & set(asked.query.get("_type", [""])[0].split(",")):
            return self.say(400, outcome("not-supported"))
        job = uuid4().hex
        self.bulk.jobs[job] = True
        return self.say(202, None, {"Content-Location": f"{self.bulk.base}/jobs/{job}"})

    def job(self, method: str, job: str, page: int) -> None:
        if not self.bulk.jobs.get(job):
            return self.say(404, outcome("not-found"))
        if method == "DELETE":
            if not self.bulk.deletes:
                return self.say(405, outcome("not-supported"))
            self.bulk.jobs[job] = False
            return self.say(202, None)
        if self.bulk.statuses:
            return self.say(*self.bulk.statuses.pop(0))
        if self.bulk.polls:
            self.bulk.polls -= 1
            asked = {} if self.bulk.retry_after is None else {"Retry-After": self.bulk.retry_after}
            return self.say(202, None, {"X-Progress": f"{MARK}, {self.bulk.progress}", **asked})
        self.say(200, self.bulk.manifest(job, page))
        return None

    def file(self, made: Made, job: str, generation: int, headers: dict[str, str]) -> None:
        """The bytes of a file, or the next of its turns.

        cut: the connection ends in the middle. close: the same, and no length was announced. short: as if it were whole, within a
        line. piece: less of it than was asked for, as a server may. hold: waits in the middle. html: a login page. changed: other
        bytes from now on. 503 and the like: that status.
        """
        if not self.bulk.jobs.get(job) or made.gone or generation != made.generation:
            return self.say(404, outcome("not-found"))
        if made.led_to is not None:
            return self.send(302, b"", {"Location": made.led_to})
        turn = made.turns.pop(0) if made.turns else ""
        if turn.isdigit():
            return self.say(int(turn), outcome("throttled"), {"Retry-After": "0"})
        if turn == "html":
            return self.send(200, b"<html>log in</html>", {"Content-Type": "text/html"})
        if turn == "changed":
            made.content += made.content.splitlines(keepends=True)[0]
        content = gzip.compress(made.content, mtime=0) if self.bulk.packed else made.content
        if turn == "short":
            content = content[: len(content) * 2 // 3]
        said = {"Content-Type": NDJSON, **({"Content-Encoding": "gzip"} if self.bulk.packed else {}), **self.named(made)}
        status, rest = self.ranged(content, headers, said)
        if turn == "piece" and status == 206:
            first = len(content) - len(rest)
            rest = rest[: len(rest) // 2]
            said["Content-Range"] = f"bytes {first}-{first + len(rest) - 1}/{len(content)}"
        stop = {"cut": len(rest) // 2, "close": len(rest) // 2, "hold": len(rest) // 2}.get(turn, len(rest))
        self.head(status, None if turn == "close" else len(rest), said)
        self.wfile.write(rest[:stop])
        self.wfile.flush()
        if turn == "hold":
            self.bulk.held.set()
            self.bulk.paused.wait(60)
            self.wfile.write(rest[stop:])
        if turn in ("cut", "close"):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        return None

    def named(self, made: Made) -> dict[str, str]:
        version = f'"{len(made.content)}-{self.bulk.packed}"'
        ranges = {"Accept-Ranges": "bytes"} if self.bulk.ranges else {}
        match self.bulk.validator:
            case "etag":
                return {"ETag": version, **ranges}
            case "weak":
                return {"ETag": f"W/{version}", **ranges}
            case "modified":
                return {"Last-Modified": "Sun, 01 Mar 2026 12:00:00 GMT", **ranges}
        return ranges

    def ranged(self, content: bytes, headers: dict[str, str], said: dict[str, str]) -> tuple[int, bytes]:
        begin = headers.get("range", "").removeprefix("bytes=").rstrip("-")
        known = (said.get("ETag"), said.get("Last-Modified"))
        if not self.bulk.ranges or not begin or headers.get("if-range", known[0]) not in known:
            return 200, content
        if int(begin) >= len(content):
            said["Content-Range"] = f"bytes */{len(content)}"
            return 416, b""
        said["Content-Range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
        return 206, content[int(begin) :]

    def say(self, status: int, body: Json | None, headers: dict[str, str] | None = None) -> None:
        if status == HANG_UP:
            self.close_connection = True
            return
        content = b"" if body is None else json.dumps(body).encode()
        self.send(status, content, {"Content-Type": "application/fhir+json", **(headers or {})})

    def send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.head(status, len(content), headers)
        self.wfile.write(content)

    def head(self, status: int, length: int | None, headers: dict[str, str]) -> None:
        self.send_response(status)
        ending = {"Connection": "close"} if length is None else {"Content-Length": str(length)}
        for name, value in {**headers, **ending}.items():
            self.send_header(name, value)
        self.end_headers()


def capability(without: frozenset[str]) -> Json:
    kinds = [one for one in ("Patient", "Observation", "ResearchSubject", "Consent") if one not in without]
    return {
        "resourceType": "CapabilityStatement",
        "fhirVersion": "4.0.1",
        "rest": [{"resource": [{"type": one} for one in kinds]}],
    }


class Listening(ThreadingHTTPServer):
    """Says nothing of clients that go away in the middle."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


@contextmanager
def running(server: BulkServer) -> Iterator[BulkServer]:
    handler = type("OfOne", (Handler,), {"bulk": server})
    with Listening(("127.0.0.1", 0), handler) as listening:
        server.base = f"http://127.0.0.1:{listening.server_port}/fhir"
        Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server
        finally:
            server.paused.set()
            listening.shutdown()
