"""What Spark says when something went wrong, in one line and without what it was working on."""

import re

_FILE = re.compile(r"FAILED_READ_FILE\S* .*?(?:reading )?file:? ['`]?((?:\w+):\S+?)['`.]*(?:\s|$)")
_OURS = re.compile(r"FailedThere: (.+)")
_KIND = re.compile(r"\b([A-Z]\w*(?:Exception|Error))\b")


class FailedOnSpark(RuntimeError):
    """The run was lost on the cluster."""


def unreadable_file(error: BaseException) -> str | None:
    """The file that could not be read, as Spark calls it; None where something else went wrong."""
    told_by = getattr(error, "getMessageParameters", None)
    path = (told_by() or {}).get("path") if told_by is not None else None
    if path:
        return str(path)
    match = _FILE.search(str(error))
    return None if match is None else match[1]


def told(error: BaseException) -> FailedOnSpark:
    """The error in one line: ours as we said it, else its kind."""
    text = str(error)
    ours = _OURS.search(text)
    if ours is not None:
        return FailedOnSpark(ours[1].strip())
    kinds = _KIND.findall(text) or [type(error).__name__]
    return FailedOnSpark(f"Spark could not finish the run ({kinds[-1]}); its own log says more")
