"""A PostgreSQL for tests: the one of this machine, else a temporary one that is made here and gone with the process."""

import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

ROOT = "postgresql://postgres@127.0.0.1:{port}/postgres"
ORDINARY_PORT = 5432


def is_there() -> bool:
    """Whether a server can be had."""
    return _server() is not None


@contextmanager
def fresh_database() -> Iterator[str]:
    """The URL of a new, empty database, which is dropped in the end, whoever uses it."""
    server = _server()
    assert server is not None, "no PostgreSQL can be had on this machine"
    name = f"marrow_test_{uuid4().hex}"
    _run(server, "CREATE DATABASE {}", name)
    try:
        yield server.rsplit("/", 1)[0] + "/" + name
    finally:
        _run(server, "DROP DATABASE {} WITH (FORCE)", name)


@contextmanager
def turned_away(url: str) -> Iterator[None]:
    """Throw out whoever is connected to a database, and let nobody in for as long as this lasts."""
    server, name = _around(url)
    _run(server, "ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
    try:
        throw_out(url)
        yield
    finally:
        _run(server, "ALTER DATABASE {} ALLOW_CONNECTIONS true", name)


def empty(url: str) -> None:
    """Throw out whoever is connected to a database, and every row of its tables: much faster than a fresh one."""
    throw_out(url)
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
        for (name,) in names.fetchall():
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))


def throw_out(url: str) -> int:
    """End every connection to a database: how many there were."""
    server, name = _around(url)
    with psycopg.connect(server, autocommit=True) as connection:
        return len(
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]).fetchall()
        )


def _around(url: str) -> tuple[str, str]:
    server, name = url.rsplit("/", 1)
    return f"{server}/postgres", name


def _run(server: str, statement: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


@cache
def _server() -> str | None:
    ordinary = ROOT.format(port=ORDINARY_PORT)
    return ordinary if _may_make_databases(ordinary) else _temporary()


def _may_make_databases(server: str) -> bool:
    with suppress(psycopg.Error), psycopg.connect(server, connect_timeout=3) as connection:
        found = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        return bool(found and found[0])
    return False


def _temporary() -> str | None:
    """A server of our own, on a port of its own; None where its programs or an unprivileged user are missing."""
    programs, user = _programs(), _user()
    if programs is None or user is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="marrow-postgres-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.chown(folder, user.pw_uid, user.pw_gid)
    data = str(folder / "data")
    initdb = [str(programs / "initdb"), "--pgdata", data, "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync"]
    if subprocess.run([*_as(user), *initdb], capture_output=True, check=False, cwd=folder).returncode != 0:
        return None
    port = _free_port()
    options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder, "fsync": "off"}
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    command = [*_as(user), str(programs / "postgres"), "-D", data, *settings]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, cwd=folder)
    atexit.register(_stop, server)
    url = ROOT.format(port=port)
    ready = [str(programs / "pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={port}", "--timeout=1"]
    for _ in range(600):
        if server.poll() is not None:
            return None
        if subprocess.run(ready, check=False).returncode == 0:
            return url
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.1)
    return None


def _programs() -> Path | None:
    """The folder of a server's programs: in PATH, else where Debian keeps them, the newest."""
    there = shutil.which("initdb")
    if there is not None:
        return Path(there).resolve().parent
    kept = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(kept, key=lambda folder: float(folder.parent.name), default=None)


def _user() -> pwd.struct_passwd | None:
    """Who runs the server, which refuses root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    return None


def _as(user: pwd.struct_passwd) -> list[str]:
    """What makes a command the user's, and ends it with the process that began it."""
    setpriv = shutil.which("setpriv")
    changed = [] if os.geteuid() != 0 else [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return [] if setpriv is None else [setpriv, *changed, "--pdeathsig=INT"]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        server.wait(10)
