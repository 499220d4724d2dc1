"""A real OpenID provider on this machine, for the tests of the login (oidc-provider, of Node.js)."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVER = Path(__file__).with_name("server.mjs")
SECRET = "the-client-secret-of-the-tests"


@contextmanager
def provider(comes_back_to: str) -> Iterator[str]:
    """The issuer's address, for the client `marrow`."""
    command = ["node", str(SERVER), comes_back_to, SECRET]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        try:
            assert running.stdout is not None
            yield f"http://127.0.0.1:{json.loads(running.stdout.readline())['port']}"
        finally:
            running.terminate()
            running.wait(30)
