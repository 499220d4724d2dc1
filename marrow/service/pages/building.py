"""The living specification of a pack, put together once, in a process of its own, since every scenario is run for it."""

import asyncio
import os
import pickle
import signal
import sys
from subprocess import DEVNULL, PIPE, Popen

import structlog

from marrow.review.site import Site
from marrow.service.work.calls import aside

LOG = structlog.get_logger("marrow.service.pages")


class Building:
    """One site, built once. site: None until it is there."""

    def __init__(self, pack: str) -> None:
        self._pack = pack
        self._task: asyncio.Task[None] | None = None
        self.site: Site | None = None
        self.has_failed = False

    def begin(self) -> None:
        """Begin to build, where that has not begun."""
        if self._task is None:
            self._task = asyncio.create_task(self.build())

    async def build(self) -> None:
        command = (sys.executable, "-m", __spec__.name, self._pack)
        # not asyncio's own: where it is cancelled while it begins, it waits for the process to end
        running = Popen(command, stdout=PIPE, stderr=DEVNULL, start_new_session=True)  # noqa: ASYNC220, S603
        try:
            said, _ = await aside(running.communicate)
        finally:
            if running.poll() is None:  # the service stops
                os.killpg(running.pid, signal.SIGKILL)
        if running.returncode:
            LOG.error("the rules cannot be put together", code=f"exit {running.returncode}")
            self.has_failed = True
        else:
            self.site = await aside(pickle.loads, said)  # what our own process wrote


def built(pack: str) -> Site:
    """The site of a pack by name or folder; marks are read when it is shown."""
    from marrow.review.mutation.record import mutants
    from marrow.review.site import unmarked

    return unmarked(pack, jobs=1, mutants=mutants(pack))


if __name__ == "__main__":
    sys.stdout.buffer.write(pickle.dumps(built(sys.argv[1])))
