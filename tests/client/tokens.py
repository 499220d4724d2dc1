"""A token server that is played as strictly as the specification allows: it checks signature, claims and replay."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx
import jwt

from tests.client.played import BASE, MIDNIGHT, Hours, Json, answered, outcome, patient

TOKEN_URL = "https://ehr.example/auth/token"
CLIENT_ID = "marrow-test"
SCOPES = "system/*.rs system/Condition.cruds"


@dataclass
class Clinic:
    """A FHIR server that asks for tokens, and the token server beside it; what is refused stands in `refused`."""

    published: Json
    hours: Hours
    good_for: float = 300
    faults: list[httpx.Response | Exception] = field(default_factory=list)
    """What the token server does before it does its work."""
    statements: list[Json] = field(default_factory=list)
    granted: dict[str, float] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    token_url: str = TOKEN_URL

    def __call__(self, request: httpx.Request) -> httpx.Response | Exception:
        match str(request.url):
            case url if url == f"{BASE}/.well-known/smart-configuration":
                return answered({"token_endpoint": self.token_url})
            case url if url == self.token_url:
                return self.faults.pop(0) if self.faults else self.grant(request)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.granted.get(token, 0) <= self.hours.passed:
            return answered(outcome("login"), 401)
        return answered(patient())

    def grant(self, request: httpx.Request) -> httpx.Response:
        fields = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        fault = self.fault_of(fields, request)
        if fault is not None:
            self.refused.append(fault)
            return answered({"error": "invalid_client", "error_description": fault}, 400)
        token = f"token-{len(self.granted)}"
        self.granted[token] = self.hours.passed + self.good_for
        body: dict[str, Any] = {"access_token": token, "token_type": "bearer", "expires_in": self.good_for, "scope": SCOPES}
        return httpx.Response(200, content=json.dumps(body).encode())

    def fault_of(self, fields: dict[str, str], request: httpx.Request) -> str | None:
        """What the specification has against a request."""
        statement = fields.pop("client_assertion", "")
        if fields != {
            "grant_type": "client_credentials",
            "scope": SCOPES,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        }:
            return "fields"
        if request.headers["content-type"] != "application/x-www-form-urlencoded" or "authorization" in request.headers:
            return "headers"
        head = jwt.get_unverified_header(statement)
        keys = {key["kid"]: key for key in self.published["keys"]}
        if set(head) != {"alg", "kid", "typ"} or head["typ"] != "JWT" or head["alg"] != keys[head["kid"]]["alg"]:
            return "header"
        claims = jwt.decode(
            statement,
            jwt.PyJWK(keys[head["kid"]]),
            algorithms=["RS384", "ES384"],
            audience=self.token_url,
            options={"verify_exp": False, "require": ["iss", "sub", "aud", "exp", "jti"]},
        )
        if not claims["iss"] == claims["sub"] == CLIENT_ID:
            return "who"
        if not 0 < claims["exp"] - (MIDNIGHT + self.hours.passed) <= 300:
            return "exp"
        if claims["jti"] in {one["jti"] for one in self.statements}:
            return "replay"
        self.statements.append(claims)
        return None
