"""Store calls beside the event loop: each is short, and none of them may hold up who listens."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Got = TypeVar("Got")


async def aside(call: Callable[Given, Got], *args: Given.args, **kwargs: Given.kwargs) -> Got:
    """What a blocking call comes to."""
    return await asyncio.to_thread(call, *args, **kwargs)
