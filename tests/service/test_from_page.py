"""What changes something is taken from pages of this service, and from programs, but not from pages of others in a browser."""

import pytest

from marrow.service.faults import Refused
from marrow.service.from_page import require_own_page

PUBLIC = "https://marrow.example/"


def asked(**headers: str) -> None:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in {"host": "10.0.0.1:8080", **headers}.items()]
    require_own_page({"type": "http", "headers": named}, PUBLIC)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "same-origin", "origin": "https://renamed.example"},
        {"origin": "http://10.0.0.1:8080"},
        {"origin": "https://marrow.example"},
        {"origin": "https://MARROW.example"},
    ],
)
def test_what_comes_from_here_is_taken(headers: dict[str, str]) -> None:
    asked(**headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", "origin": "https://marrow.example"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": ""},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "https://marrow.example.evil.example"},
        {"origin": "http://10.0.0.1:8081"},
        {"origin": "http://["},
    ],
)
def test_what_comes_from_elsewhere_is_not(headers: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        asked(**headers)
    assert refused.value.status == 403


def test_without_a_public_address_and_a_name_that_was_asked_for_nothing_matches() -> None:
    with pytest.raises(Refused):
        require_own_page({"type": "http", "headers": [(b"origin", b"null")]}, None)
