"""A claim is kept while the work goes on, however long a server takes; who lost it notices when it stores."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from marrow.service.store.rows import StoreUnavailable
from marrow.service.work.calls import aside


@asynccontextmanager
async def kept(seconds: float, renew: Callable[[], bool]) -> AsyncIterator[None]:
    """seconds: after which the claim is void. renew: blocks; False where the claim is lost."""

    async def again() -> None:
        held = True
        while held:
            await asyncio.sleep(seconds / 3)
            with suppress(StoreUnavailable):
                held = await aside(renew)

    task = asyncio.create_task(again())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
