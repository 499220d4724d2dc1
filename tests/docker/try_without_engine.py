"""`make docker-check`: build docker/Dockerfile and run what it makes, on a machine that has no Docker engine.

Each instruction is carried out in a Debian root (debian_root.py); the last stage is then started as its user with a read-only
root, and asked. Needs root, debootstrap, unshare and setpriv. What it cannot show: the official Python image, and Docker itself.
"""

# ruff: noqa: T201

import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.docker.build_context import copied, files_sent
from tests.docker.debian_root import (
    PATH,
    chroot,
    chrooted,
    copy_tree,
    entered,
    make_stand_in,
    network_environment,
    read_only,
    run,
    size,
)  # fmt: skip
from tests.docker.dockerfile import Stage, expanded, stages

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-token-of-the-check"
TOKENS = ("MARROW_API_TOKEN", "MARROW_NOTIFICATION_TOKEN")
SERVICE = "http://127.0.0.1:8080"
COMPILERS = ("gcc", "cc", "g++", "c++", "clang", "make", "ld", "as")
PACKAGES = "opt/marrow/lib/python3.11/site-packages"
BUILD_TOOLS = ("pip", "setuptools", "wheel", "hatchling")
NEW_NETWORK = 0x40000000
INSIDE = "MARROW_DOCKER_CHECK_INSIDE"


@dataclass(frozen=True, slots=True)
class Image:
    """A root and what a container is started with."""

    root: Path
    environment: Mapping[str, str]
    folder: str
    user: str

    def started(self, words: Sequence[str], **more: str) -> list[str]:
        return chrooted(self.root, words, {**self.environment, **more}, self.folder, self.user)


def build(stage: Stage, root: Path, built: Mapping[str, Image]) -> Image:
    """Carry out the instructions of a stage in its root."""
    environment, folder, user = {"PATH": PATH}, "/", "0:0"
    with entered(root, online=True):
        for one in stage.instructions:
            match one.word:
                case "ENV":
                    environment |= {name: expanded(value, environment) for name, value in one.pairs.items()}
                case "WORKDIR":
                    folder = os.path.join(folder, one.text)
                    (root / folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
                case "USER":
                    user = one.text
                case "COPY" if "from" in one.flags:
                    source, target = one.words
                    copy_tree(built[one.flags["from"]].root / source.lstrip("/"), root / target.lstrip("/"))
                case "COPY":
                    for source, target in copied(one, files_sent(ROOT)).items():
                        copy_tree(ROOT / source, root / folder.lstrip("/") / target)
                case "RUN":
                    begun = time.monotonic()
                    print(f"  line {one.line}: RUN {one.text[:100]}", flush=True)
                    chroot(root, ["sh", "-c", one.text], {**network_environment(), **environment}, folder, user)
                    print(f"    {time.monotonic() - begun:.1f} s", flush=True)
    return Image(root, environment, folder, user)


def check(what: str, holds: bool, said: str = "") -> None:
    """One thing that has to be so; the first that is not ends the program, with what was said instead."""
    print(f"  {'yes' if holds else 'NO'}: {what}", flush=True)
    if not holds:
        sys.exit(said or 1)


def ask(path: str, body: bytes | None = None, token: str | None = TOKEN) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/fhir+json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urlopen(Request(SERVICE + path, body, headers), timeout=120) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()


def try_image(image: Image, last: Stage, volume: Path) -> None:
    """Start the image as `docker run --read-only --cap-drop ALL --tmpfs /tmp` does, with no network but its own loopback."""
    run("cp", "-a", f"{image.root}/data/.", volume)
    run("chown", "--reference", image.root / "data", volume)
    ctypes.CDLL(None).unshare(NEW_NETWORK)
    run("ip", "link", "set", "lo", "up")
    here = [str(image.root / folder.lstrip("/") / name) for folder in image.environment["PATH"].split(":") for name in COMPILERS]
    check("no compiler is in the image", not [path for path in here if os.path.lexists(path)])
    check("nor a build tool in its environment", not [one for one in BUILD_TOOLS for _ in image.root.glob(f"{PACKAGES}/{one}")])
    read_only(image.root, {"/tmp": None, "/data": volume})
    with entered(image.root, online=False):
        command = [*(last.last("ENTRYPOINT").exec_form or ()), *(last.last("CMD").exec_form or ())]
        refused = subprocess.run(image.started(command), check=False, capture_output=True, text=True)
        check(
            "without a token it refuses to listen",
            refused.returncode == 2 and any(name in refused.stderr for name in TOKENS),
            refused.stderr,
        )
        touched = subprocess.run(image.started(["touch", "/opt/marrow/x"]), check=False, capture_output=True, text=True)
        check("its root is read-only", "Read-only file system" in touched.stderr, touched.stderr)
        rights = subprocess.run(image.started(["cat", "/proc/self/status"]), check=True, capture_output=True, text=True).stdout
        check(
            "it has no capability and can gain none", "CapBnd:\t0000000000000000" in rights and "NoNewPrivs:\t1" in rights, rights
        )
        serve_and_ask(image, last, command)
    kept = sorted(path.name for path in volume.iterdir())
    print(f"  /data holds {', '.join(kept) or 'nothing'}")


def serve_and_ask(image: Image, last: Stage, command: Sequence[str]) -> None:
    """The service as process 1: until it is healthy, a Bundle, and its end."""
    begun = time.monotonic()
    contained = ["unshare", "--pid", "--fork", "--kill-child", *image.started(command, **dict.fromkeys(TOKENS, TOKEN))]
    probe = image.started(last.last("HEALTHCHECK").exec_form or ())
    with subprocess.Popen(contained) as running:
        while subprocess.run(probe, check=False, stderr=subprocess.DEVNULL).returncode:
            if running.poll() is not None or time.monotonic() - begun > 60:
                check("it becomes healthy", holds=False)
            time.sleep(0.2)
        check(f"it is healthy after {time.monotonic() - begun:.1f} s", holds=True)
        bundle = (ROOT / "docs" / "one-child.json").read_bytes()
        check("a Bundle without the token is turned away", ask("/fhir/$evaluate", bundle, token=None)[0] == 401)
        answered, body = ask("/fhir/$evaluate", bundle)
        kinds = [entry["resource"]["resourceType"] for entry in json.loads(body).get("entry", [])]
        check(f"POST /fhir/$evaluate answers {answered} with {len(kinds)} resources, Conditions among them", "Condition" in kinds)
        marrow = int(Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()[0])
        uid = os.stat(f"/proc/{marrow}").st_uid
        check(f"it runs as user {uid}", f"{uid}" == image.user.partition(":")[0] and uid != 0)
        os.kill(marrow, getattr(signal, last.last("STOPSIGNAL").text))
        check(f"{last.last('STOPSIGNAL').text} ends it with status 0", running.wait(30) == 0)


def main() -> None:
    if os.geteuid() != 0:
        sys.exit("make docker-check: needs root (chroot, mount); run it as root or with sudo")
    if INSIDE not in os.environ:
        apart = ["unshare", "--mount", "--propagation", "private", sys.executable, "-m", "tests.docker.try_without_engine"]
        with tempfile.TemporaryDirectory(prefix="marrow-docker-", ignore_cleanup_errors=True) as work:
            sys.exit(subprocess.run(apart, cwd=ROOT, env={**os.environ, INSIDE: work}, check=False).returncode)
    work = Path(os.environ[INSIDE])
    begun = time.monotonic()
    base = work / "base"
    print("Debian bookworm with its python3.11, in the place of the official image", flush=True)
    make_stand_in(base)
    print(f"  {size(base)} MB, {time.monotonic() - begun:.1f} s")
    found, built = stages(ROOT / "docker" / "Dockerfile"), {}
    for stage in found:
        print(f"stage {stage.name or 'last'}, from {stage.base}", flush=True)
        root = work / (stage.name or "last")
        copy_tree(base, root)
        built[stage.name] = build(stage, root, built)
        print(f"  {size(root)} MB, of which {size(root) - size(base)} on top of its base")
    print("the image, started")
    (work / "volume").mkdir()
    try_image(built[found[-1].name], found[-1], work / "volume")
    print(f"docker/Dockerfile was built and its image answered, in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
