"""Signing in to the pages in Chromium: with a real OpenID provider, and with the token of the service."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.serving_pages import Serving, free_port, serving
from tests.openid.running import SECRET, provider
from tests.service.circle.waiting import until

pytestmark = pytest.mark.needs("chromium")
TOKEN = "the-api-token-of-the-tests"
CHILD = "msc-01"
ADA = "person Dr ada (ada)"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    port = free_port()
    with provider(f"http://127.0.0.1:{port}/login/callback") as issuer:
        known = {"oidc_issuer": issuer, "oidc_client_id": "marrow", "oidc_client_secret": SECRET, "oidc_groups": "haematology"}
        with serving(tmp_path_factory.mktemp("login"), [CHILD], port, api_token=TOKEN, **known) as found:
            yield found


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def sign_in(tab: Page, served: Serving, name: str) -> None:
    tab.goto(f"{served.address}/patients/{CHILD}?span=all")
    tab.get_by_role("link", name="Sign in with").click()
    tab.locator("input[name=login]").fill(name)
    tab.locator("input[name=password]").fill("any")
    tab.get_by_role("button").first.click()
    tab.get_by_role("button").first.click()  # consent


def logins(served: Serving) -> list[tuple[str, str, str]]:
    """What was done by whom, and what became of it."""
    told = httpx.get(f"{served.address}/fhir/AuditEvent", headers={"Authorization": f"Bearer {TOKEN}"}).json()
    events = [entry["resource"] for entry in told.get("entry", ())]
    return [
        (event["subtype"][0]["display"], event["agent"][0]["who"]["display"], event["outcome"])
        for event in events
        if event["type"]["code"] == "110114"
    ]


def audited(served: Serving) -> list[tuple[str, str, str]]:
    """Who did what to whom."""
    told = httpx.get(f"{served.address}/fhir/AuditEvent", headers={"Authorization": f"Bearer {TOKEN}"}).json()
    events = [entry["resource"] for entry in told.get("entry", ())]
    return [
        (event["agent"][0]["who"].get("display", ""), event["outcome"], one["what"].get("reference", ""))
        for event in events
        for one in event.get("entity", ())
    ]


@pytest.mark.needs("node")
def test_a_person_of_the_group_comes_back_to_the_page_and_the_audit_names_them(tab: Page, served: Serving) -> None:
    sign_in(tab, served, "ada")
    expect(tab.get_by_role("heading", level=1)).to_have_text(f"Patient {CHILD}")
    assert (urlsplit(tab.url).path, urlsplit(tab.url).query) == (f"/patients/{CHILD}", "span=all")
    assert tab.locator(".person span").inner_text() == "Dr ada"
    cookies = {one["name"]: one for one in tab.context.cookies()}
    assert (cookies["marrow_session"]["httpOnly"], cookies["marrow_session"]["sameSite"]) == (True, "Lax")
    until(lambda: audited(served), lambda told: (ADA, "0", f"Patient/{CHILD}") in told)
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Sign in")
    until(lambda: logins(served), lambda told: {("Login", ADA, "0"), ("Logout", ADA, "0")} <= set(told))
    tab.goto(f"{served.address}/")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Sign in")


@pytest.mark.needs("node")
def test_a_person_of_no_group_is_told_so_and_sees_nothing(tab: Page, served: Serving) -> None:
    sign_in(tab, served, "eve")
    expect(tab.get_by_role("alert")).to_contain_text("in none of the groups that are let in here")
    until(lambda: logins(served), lambda told: ("Login", "person Dr eve (eve)", "4") in told)
    assert "marrow_session" not in {one["name"] for one in tab.context.cookies()}
    tab.goto(f"{served.address}/patients/{CHILD}")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_who_has_the_token_signs_in_with_it(tab: Page, served: Serving) -> None:
    tab.goto(f"{served.address}/?find=msc")
    field = tab.get_by_label("token of this service")
    field.fill("wrong")
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("alert")).to_have_text("This is not the token of this service.")
    field.fill(TOKEN)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Patients")
    assert urlsplit(tab.url).query == "find=msc", "also after a token that was wrong"
    assert tab.get_by_role("link", name=CHILD).is_visible()


def test_a_cookie_opens_no_interface_of_programs(tab: Page, served: Serving) -> None:
    tab.goto(f"{served.address}/login")
    tab.get_by_label("token of this service").fill(TOKEN)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Patients")
    cookies = {one["name"]: one["value"] for one in tab.context.cookies()}
    for path in ("/fhir/AuditEvent", f"/fhir/Condition?patient={CHILD}", "/metrics"):
        assert httpx.get(f"{served.address}{path}", cookies=cookies).status_code == 401
    assert httpx.get(f"{served.address}/", cookies=cookies).status_code == 200
    forged = {"marrow_session": cookies["marrow_session"][:-2] + "xx"}
    assert httpx.get(f"{served.address}/", cookies=forged, headers={"Accept": "text/html"}).status_code == 303


def test_programs_are_refused_in_their_own_words(served: Serving) -> None:
    refused = httpx.get(f"{served.address}/patients/{CHILD}")
    assert (refused.status_code, msgspec.json.decode(refused.content)["resourceType"]) == (401, "OperationOutcome")
    assert httpx.get(f"{served.address}/login?to=https://elsewhere.example/").text.count("elsewhere") == 0
    assert httpx.get(f"{served.address}/static/page.css").status_code == 200
