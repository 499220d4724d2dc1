"""docker/compose.yaml against what the compose specification and we ask of it."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from marrow.service.server import GRACE
from marrow.service.settings import PREFIX, Settings
from tests.docker.dockerfile import Stage, stages
from tests.docker.test_dockerfile import DOCKERFILE, SECRET, tracked

FOLDER = DOCKERFILE.parent
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("marrow-rules:")]
TOP = {"name", "services", "volumes"}
KEYS = {
    "build", "cap_add", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image", "ports", "read_only",
    "restart", "security_opt", "stop_grace_period", "tmpfs", "volumes",
}  # fmt: skip
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
PINNED = re.compile(r"[a-z0-9/-]+:v?\d+\.\d+[\w.-]*")
GIVEN = re.compile(r"\$\{([A-Z_]+):\?see docker/README\.md\}")
EVERY = pytest.mark.parametrize("name", SERVICES)


@pytest.fixture(scope="module")
def final() -> Stage:
    return stages(DOCKERFILE)[-1]


def waited_for(service: dict[str, Any]) -> dict[str, str]:
    return {name: how["condition"] for name, how in service.get("depends_on", {}).items()}


def test_there_is_nothing_that_the_specification_does_not_know() -> None:
    assert {key for key in COMPOSE if not key.startswith("x-")} == TOP
    assert {key for service in SERVICES.values() for key in service} - KEYS == set()


@EVERY
def test_images_are_pinned(name: str) -> None:
    assert PINNED.fullmatch(SERVICES[name]["image"])


@EVERY
def test_no_service_has_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service.get("cap_add", [])) <= {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}


@pytest.mark.parametrize("name", OURS)
def test_our_own_have_a_read_only_root_and_no_capability(name: str) -> None:
    service = SERVICES[name]
    assert (service["read_only"], service["tmpfs"]) == (True, ["/tmp"])
    assert "cap_add" not in service


@EVERY
def test_ports_are_open_to_this_machine_alone(name: str) -> None:
    ports = SERVICES[name].get("ports", [])
    assert [port for port in ports if not re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)] == []


def test_no_two_services_want_the_same_port_and_ours_is_the_one_that_is_served(final: Stage) -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    outside = [port.split(":")[1] for port in ports]
    assert len(set(outside)) == len(outside) > 0
    assert [port.rpartition(":")[2] for port in SERVICES["marrow"]["ports"]] == [final.last("EXPOSE").text]


def test_every_secret_is_given_from_outside_or_nothing_starts() -> None:
    written = {(name, key): str(value) for name, one in SERVICES.items() for key, value in one.get("environment", {}).items()}
    secret = {place: value for place, value in written.items() if SECRET.search(place[1]) or ("://" in value and "@" in value)}
    assert len(secret) >= 5
    assert [place for place, value in secret.items() if not GIVEN.search(value)] == []
    assert [value for value in written.values() if "$" in GIVEN.sub("", value)] == []


def test_a_database_and_its_user_are_given_the_same_secret() -> None:
    (marrow,) = GIVEN.findall(SERVICES["marrow"]["environment"]["MARROW_DATABASE_URL"])
    assert GIVEN.findall(SERVICES["database"]["environment"]["POSTGRES_PASSWORD"]) == [marrow]
    (ehr,) = GIVEN.findall(SERVICES["ehr"]["environment"]["spring.datasource.password"])
    assert GIVEN.findall(SERVICES["ehr-database"]["environment"]["POSTGRES_PASSWORD"]) == [ehr]
    assert marrow != ehr


@pytest.mark.parametrize("name", OURS)
def test_every_variable_of_ours_is_a_setting(name: str) -> None:
    known = {PREFIX + field.upper() for field in Settings.model_fields}
    assert set(SERVICES[name]["environment"]) - known == set()


@pytest.mark.parametrize("name", OURS)
def test_the_settings_are_accepted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in SERVICES[name]["environment"].items():
        monkeypatch.setenv(key, GIVEN.sub("0f" * 32, value))
    settings = Settings()
    assert settings.api_token is not None
    assert settings.database_url.get_secret_value().startswith("postgresql+psycopg://")
    assert "$" not in settings.database_url.get_secret_value()


@EVERY
def test_who_waits_waits_for_a_service_that_can_say_so(name: str, final: Stage) -> None:
    for other, condition in waited_for(SERVICES[name]).items():
        assert condition in CONDITIONS
        checked = "healthcheck" in SERVICES[other] or (other in OURS and final.all("HEALTHCHECK"))
        assert condition != "service_healthy" or checked


def test_nobody_waits_in_a_circle() -> None:
    left = {name: set(waited_for(service)) for name, service in SERVICES.items()}
    while left:
        free = {name for name, others in left.items() if not others & set(left)}
        assert free, left
        left = {name: others for name, others in left.items() if name not in free}


def test_databases_are_ready_when_they_say_so_and_keep_what_they_hold() -> None:
    for name in ("database", "ehr-database"):
        test = SERVICES[name]["healthcheck"]["test"]
        assert test[0] == "CMD-SHELL"
        assert test[1].startswith("pg_isready ")
        (volume,) = SERVICES[name]["volumes"]
        assert volume.partition(":")[0] in COMPOSE["volumes"]
        assert int(re.findall(r":(\d+)", SERVICES[name]["image"])[0]) >= 15


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_given_the_time_that_it_takes_to_end(name: str) -> None:
    assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > GRACE


@EVERY
def test_what_ends_is_begun_again(name: str) -> None:
    assert SERVICES[name]["restart"] == ("on-failure" if name == "subscribe" else "unless-stopped")


def test_the_image_is_built_of_the_dockerfile(final: Stage) -> None:
    build = SERVICES["marrow"]["build"]
    context = (FOLDER / build["context"]).resolve()
    assert (context / build["dockerfile"]) == DOCKERFILE
    version = final.last("LABEL").pairs["org.opencontainers.image.version"]
    assert {SERVICES[name]["image"] for name in OURS} == {f"marrow-rules:{version}"}


def test_the_fhir_server_is_told_where_our_notifications_come_in(final: Stage) -> None:
    port = final.last("EXPOSE").text
    assert SERVICES["subscribe"]["command"] == [
        "subscribe",
        "--style",
        "r4",
        "--endpoint",
        f"http://marrow:{port}/notifications/ehr",
    ]
    assert SERVICES["subscribe"]["environment"] == SERVICES["marrow"]["environment"]
    assert SERVICES["marrow"]["environment"]["MARROW_FHIR_BASE_URL"].partition("//")[2].startswith("ehr:")
    assert SERVICES["ehr"]["environment"]["hapi.fhir.subscription.resthook_enabled"] == "true"


def test_the_readme_makes_exactly_the_secrets_that_are_asked_for() -> None:
    asked = set(GIVEN.findall((FOLDER / "compose.yaml").read_text(encoding="utf-8")))
    (made,) = re.findall(r"for name in ([A-Z_ ]+); do", (FOLDER / "README.md").read_text(encoding="utf-8"))
    assert set(made.split()) == asked


def test_git_does_not_track_the_secrets() -> None:
    assert [name for name in tracked() if Path(name).name.startswith(".env")] == []
