"""Folders that stand in for images: Debian bookworm in the place of `python:3.11-slim-bookworm`, entered with chroot.

What is mounted is seen by this process and its children alone (it runs under `unshare --mount`), and ends with them.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

SUITE = "bookworm"
STAND_IN = ("ca-certificates", "python3.11", "python3.11-venv", "python3-pip")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NETWORK = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs", "/etc/pip.conf")
_PASSED_ON = re.compile(r"(?i)^(pip_\w+|ssl_cert_\w+|\w+_ca_bundle|\w+_proxy)$")


def run(*words: str | Path) -> None:
    """A command of this machine; raises CalledProcessError where it fails."""
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL)


def mirror() -> str:
    """The mirror that this machine's apt takes Debian from."""
    asked = ["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)", f"Release: {SUITE}", "Created-By: Packages"]
    answer = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    return answer.splitlines()[0].split()[0]


def make_stand_in(root: Path) -> None:
    """Debian with its Python 3.11, as the official image has it: `python`, `pip` and the headers, and no compiler."""
    run("debootstrap", "--variant=minbase", f"--include={','.join(STAND_IN)}", SUITE, root, mirror())
    for name, target in {"python": "python3.11", "python3": "python3.11", "pip": "pip3"}.items():
        (root / "usr/local/bin" / name).symlink_to(f"/usr/bin/{target}")
    # The headers alone: the package would bring those of the C library, which the official image has not.
    with entered(root, online=True):
        fetch = (
            "cd /tmp && apt-get -qq download libpython3.11-dev && dpkg -x libpython3.11-dev_*.deb x && cp -r x/usr/include /usr/"
        )
        chroot(root, ["sh", "-c", fetch + " && rm -rf /tmp/*"], {"PATH": PATH})


def chroot(root: Path, words: Sequence[str], environment: Mapping[str, str], folder: str = "/", user: str = "0:0") -> None:
    """A command in a root, as its user; where it fails, what it said is the end of the program."""
    done = subprocess.run(
        chrooted(root, words, environment, folder, user), check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        sys.exit(f"{done.stdout[-5000:]}\n{words[-1]}: ended with status {done.returncode}")


def chrooted(root: Path, words: Sequence[str], environment: Mapping[str, str], folder: str, user: str) -> list[str]:
    """The words that start a command in a root. Any user but root has no capability and can gain none, as in compose.yaml."""
    uid, _, gid = user.partition(":")
    rights = ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"] if uid != "0" else []
    become = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *rights]
    variables = [f"{name}={value}" for name, value in environment.items()]
    return ["chroot", str(root), *become, "env", "-i", "-C", folder, *variables, *words]


@contextmanager
def entered(root: Path, online: bool) -> Iterator[None]:
    """A root with /proc and /dev; online: with this machine's names, certificates and package index too, while it is built."""
    mounted, made = [], []
    for source in ["/dev", "/proc", *(_of_this_machine() if online else [])]:
        target = root / source.lstrip("/")
        if not target.exists():
            made.append(target)
            if Path(source).is_dir():
                target.mkdir(parents=True)
            else:
                target.touch()
        run("mount", "--rbind", source, target)
        mounted.append(target)
    try:
        yield
    finally:
        for target in reversed(mounted):
            run("umount", "--recursive", "--lazy", target)
        for target in made:
            target.rmdir() if target.is_dir() else target.unlink()


def network_environment() -> dict[str, str]:
    """What this machine tells pip about certificates, proxies and indexes."""
    passed = {name: value for name, value in os.environ.items() if _PASSED_ON.match(name)}
    return passed | {name: value.replace("\n", " ") for name, value in _pip_settings().items()}


def _pip_settings() -> dict[str, str]:
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True).stdout
    found = re.findall(r"^(?:global|install|:env:)\.([\w-]+)='(.*)'$", listed, re.MULTILINE)
    return {f"PIP_{name.upper().replace('-', '_')}": value for name, value in found}


def _of_this_machine() -> list[str]:
    """The files and folders that a package manager needs to reach its registry from here."""
    named = re.findall(r"(?:file://)?(/[^\s']+)", " ".join(network_environment().values()))
    tops = {str(Path(*Path(name).parts[:3])) for name in named if not name.startswith(("/etc/", "//"))}
    return [path for path in (*_NETWORK, *sorted(tops)) if Path(path).exists()]


def read_only(root: Path, writable: Mapping[str, Path | None]) -> None:
    """Mount a root read-only over itself, but for folders that are one outside it, or in memory where none is given."""
    run("mount", "--rbind", root, root)
    run("mount", "-o", "remount,bind,ro", root)
    for inside, outside in writable.items():
        target = root / inside.lstrip("/")
        if outside is None:
            run("mount", "-t", "tmpfs", "-o", "mode=1777,noexec,nosuid", "tmpfs", target)
        else:
            run("mount", "--bind", outside, target)


def size(root: Path) -> int:
    """Megabytes on the disk."""
    return int(subprocess.run(["du", "-sxm", root], check=True, capture_output=True, text=True).stdout.split()[0])


def copy_tree(source: Path, target: Path) -> None:
    """A file or a whole folder, with owners and times; a folder's content goes into the target."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        target.mkdir(exist_ok=True)
        run("cp", "-a", "--reflink=auto", f"{source}/.", target)
    else:
        shutil.copy2(source, target)
