"""docker/Dockerfile and .dockerignore: what an engine would only say in the end, and what it would not say at all."""

import re
import subprocess
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.docker.build_context import copied, files_sent, ignoring, is_sent
from tests.docker.dockerfile import Stage, instructions, stages

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "docker" / "Dockerfile"
SECRET = re.compile(r"(?i)token|secret|passw|credential|api_?key|private")
PINNED = re.compile(r"[a-z0-9./-]+:\d+\.\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?")


@pytest.fixture(scope="module")
def built() -> list[Stage]:
    return stages(DOCKERFILE)


@pytest.fixture(scope="module")
def final(built: list[Stage]) -> Stage:
    return built[-1]


@pytest.fixture(scope="module")
def sent() -> list[str]:
    return list(files_sent(ROOT))


def shell(stage: Stage) -> list[str]:
    """The single commands of a stage's RUN instructions."""
    return [part.strip() for one in stage.all("RUN") for part in one.text.split("&&")]


def tracked(*paths: str) -> list[str]:
    """The files that git tracks and that are there."""
    answer = subprocess.run(["git", "ls-files", "-z", "--", *paths], cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in answer.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_every_base_is_pinned_to_a_full_version(built: Sequence[Stage]) -> None:
    assert [stage.base for stage in built if not PINNED.fullmatch(stage.base)] == []


def test_the_label_names_the_base_and_the_version(final: Stage) -> None:
    labels = final.last("LABEL").pairs
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert labels["org.opencontainers.image.version"] == project["version"]
    assert labels["org.opencontainers.image.licenses"] == project["license"]
    assert labels["org.opencontainers.image.base.name"] == f"docker.io/library/{final.base}"


def test_debian_packages_come_without_others_and_leave_no_lists(built: Sequence[Stage]) -> None:
    installing = [one.text for stage in built for one in stage.all("RUN") if "apt-get" in one.text]
    assert installing
    for text in installing:
        assert "apt-get update" in text
        assert text.count("apt-get install -y --no-install-recommends") == text.count("apt-get install")
        assert text.endswith("rm -rf /var/lib/apt/lists/*")


def test_the_final_stage_installs_nothing(final: Stage) -> None:
    assert [one for one in shell(final) if re.search(r"\b(apt|apt-get|dpkg|pip|curl|wget)\b", one)] == []


def test_pip_takes_nothing_without_its_hash(built: Sequence[Stage]) -> None:
    taking = [one for stage in built for one in shell(stage) if re.search(r"\bpip .*\b(install|wheel)\b", one)]
    fetching = [one for one in taking if "--no-deps ." not in one and not one.endswith("wheels .")]
    assert [one for one in fetching if "--require-hashes" not in one and "--no-index --no-deps" not in one] == []
    assert sum("--require-hashes" in one for one in taking) == 2
    assert [one for one in taking if one.endswith("wheels .") and "--no-build-isolation --wheel-dir" not in one] == []


def test_the_locks_are_used_as_make_install_uses_them(built: Sequence[Stage]) -> None:
    build, runtime = (one for one in shell(built[0]) if "--require-hashes" in one)
    assert build.endswith("-r requirements/build.txt")
    assert runtime.endswith("-r requirements/runtime.txt")
    assert "--no-build-isolation --use-pep517" in runtime


def test_pip_keeps_no_cache(built: Sequence[Stage]) -> None:
    assert built[0].last("ENV").pairs["PIP_NO_CACHE_DIR"] == "1"


def test_nobody_is_made_root(built: Sequence[Stage], final: Stage) -> None:
    assert [one for stage in built for one in shell(stage) if re.match(r"(sudo|su)\b", one)] == []
    user = final.last("USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user.text)
    assert [one.word for one in final.instructions if one.line > user.line and one.word in ("RUN", "COPY")] == []


def test_the_volume_belongs_to_the_user_before_it_is_a_volume(final: Stage) -> None:
    uid, _, gid = final.last("USER").text.partition(":")
    (made,) = [one for one in shell(final) if one.endswith(" /data")]
    assert made == f"install -d -o {uid} -g {gid} -m 0700 /data"
    assert final.last("VOLUME").exec_form == ("/data",)
    assert final.last("VOLUME").line > final.last("RUN").line


def test_there_is_one_command_in_exec_form(final: Stage) -> None:
    assert [len(final.all(word)) for word in ("ENTRYPOINT", "CMD", "HEALTHCHECK", "STOPSIGNAL", "EXPOSE")] == [1, 1, 1, 1, 1]
    assert final.last("ENTRYPOINT").exec_form == ("marrow",)
    assert final.last("STOPSIGNAL").text == "SIGTERM"
    command = final.last("CMD").exec_form
    assert command is not None
    assert command[0] == "serve"
    assert command[command.index("--port") + 1] == final.last("EXPOSE").text


def test_health_is_asked_of_the_port_that_is_served_and_within_the_time(final: Stage) -> None:
    check = final.last("HEALTHCHECK")
    assert check.exec_form is not None
    program, flag, code = check.exec_form
    assert (program, flag) == ("python", "-c")
    compile(code, "HEALTHCHECK", "exec")
    assert f"'http://127.0.0.1:{final.last('EXPOSE').text}/healthz'" in code
    waits = re.search(r"timeout=(\d+)", code)
    assert waits
    assert int(waits[1]) < int(check.flags["timeout"].removesuffix("s"))
    assert {"interval", "start-period", "retries"} < set(check.flags)


def test_nothing_that_is_built_is_a_secret(built: Sequence[Stage]) -> None:
    named = [one for stage in built for word in ("ENV", "ARG", "LABEL") for one in stage.all(word)]
    assert [one.line for one in named if SECRET.search(one.text)] == []


def test_python_writes_no_bytecode_into_a_read_only_root(final: Stage) -> None:
    given = final.last("ENV").pairs
    assert given["PYTHONDONTWRITEBYTECODE"] == "1"
    assert given["MPLCONFIGDIR"].startswith("/tmp")
    assert given["MARROW_DATABASE_URL"].startswith("sqlite:////data/")


def test_every_source_of_a_copy_goes_into_the_build(built: Sequence[Stage], sent: list[str]) -> None:
    names = {stage.name for stage in built}
    for copy in (one for stage in built for one in stage.all("COPY")):
        if "from" in copy.flags:
            assert copy.flags["from"] in names
        else:
            assert copied(copy, sent)


def test_the_build_is_sent_what_it_copies_and_nothing_else(built: Sequence[Stage], sent: list[str]) -> None:
    wanted = {name for one in built[0].all("COPY") for name in copied(one, sent)}
    assert set(sent) - wanted == set()


def test_every_tracked_file_of_the_packages_goes_into_the_build(sent: list[str]) -> None:
    assert set(tracked("engine", "fhir_adapter", "marrow", "rules")) - set(sent) == set()


@pytest.mark.parametrize(
    "name",
    [".env", "docker/.env", "marrow/.env", "marrow/x.db", "engine/x.pyc", "engine/__pycache__/x", ".git/config", "tests/x"],
)
def test_what_is_secret_or_made_here_stays_out_of_the_build(name: str) -> None:
    assert not is_sent(name, ignoring((ROOT / ".dockerignore").read_text(encoding="utf-8")))


@pytest.mark.parametrize(("name", "sent"), [
    ("x", False), ("kept", True), ("kept/y/z", True), ("kept/y/z.pyc", False), ("kept/ab.pyc", True), ("kept/abc.pyc", False),
    ("y/kept", False), ("keptx", False),
])  # fmt: skip
def test_the_last_pattern_that_fits_decides(name: str, sent: bool) -> None:
    assert is_sent(name, ignoring("# all\n*\n!kept\n**/*.pyc\n!kept/a?.pyc\n")) is sent


@pytest.mark.parametrize("text", ["ADD https://example.org/x /x", "RUN <<END", "FROM a\nrun x", "FROM a\nRUN x \\"])
def test_what_the_reader_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line"):
        instructions(text)
