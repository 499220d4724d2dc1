"""What the service is told by its environment, and by files where secrets must not stand in it."""

from pathlib import Path

import pytest

from marrow.service.settings import WrongSettings, settings_of_environment


def test_secrets_are_read_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "marrow_api_token").write_text("from-a-file\n")
    monkeypatch.setenv("MARROW_SECRETS_DIR", str(tmp_path))
    token = settings_of_environment().api_token
    assert token is not None
    assert token.get_secret_value() == "from-a-file"


def test_the_environment_goes_before_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "marrow_api_token").write_text("from-a-file")
    monkeypatch.setenv("MARROW_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("MARROW_API_TOKEN", "from-the-environment")
    token = settings_of_environment().api_token
    assert token is not None
    assert token.get_secret_value() == "from-the-environment"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARROW_SECRETS_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(WrongSettings, match=r"^MARROW_SECRETS_DIR: there is no such folder$"):
        settings_of_environment()


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARROW_FHIR_ALLOWED_HOSTS", "files.example, other.example:8443,")
    monkeypatch.setenv("MARROW_FHIR_SERVER_NAMES", "https://ehr.example/fhir")
    settings = settings_of_environment()
    assert settings.fhir_allowed_hosts == {"files.example", "other.example:8443"}
    assert settings.fhir_server_names == ("https://ehr.example/fhir",)


def test_every_variable_that_is_wrong_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARROW_WORKERS", "many-xyzzy")
    monkeypatch.setenv("MARROW_LEASE_SECONDS", "-1")
    with pytest.raises(WrongSettings) as told:
        settings_of_environment()
    assert [line.partition(":")[0] for line in str(told.value).splitlines()] == ["MARROW_WORKERS", "MARROW_LEASE_SECONDS"]
    assert "xyzzy" not in str(told.value)


@pytest.mark.parametrize(
    "name", ["MARROW_API_TOKEN", "MARROW_NOTIFICATION_TOKEN", "MARROW_NOTIFICATION_SECRET", "MARROW_FHIR_TOKEN"]
)
def test_a_secret_of_spaces_is_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "  ")
    with pytest.raises(WrongSettings) as told:
        settings_of_environment()
    assert str(told.value).startswith(f"{name}: ")
