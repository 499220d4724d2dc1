"""The log: one line for each thing that happened, of fields that are on a list, each in the form that it may have.

A field that is not on the list, or looks otherwise, is left out: so a careless call cannot say anything of a patient.
"""

import logging
import re
import sys
import threading
import warnings
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
import structlog

from marrow.fault import place_of

Event = MutableMapping[str, Any]
_NAME, _WORD = re.compile(r"[A-Za-z_][\w.@-]{0,63}"), re.compile(r"[a-z][a-z0-9_-]{0,63}")
_RULES = r"(evaluators-disagree: )?(criterion|conclusion) [\w.@, ]{1,290}"
_UNFORESEEN = r"a fault in Marrow itself: \w+ at [\w.]+:\d+; please report it, with this line"
_NUMBER = "number"
FIELDS: Mapping[str, "re.Pattern[str] | str"] = {
    "request_id": re.compile(r"[A-Za-z0-9._-]{1,64}"),
    "method": re.compile(r"[A-Z]{3,7}|\?"),
    "route": re.compile(r"/[A-Za-z0-9$._/{}:-]{0,80}|\?"),
    "status": _NUMBER,
    "duration_ms": _NUMBER,
    "bytes": _NUMBER,
    "seconds": _NUMBER,
    "count": _NUMBER,
    "tried": _NUMBER,
    "code": re.compile(rf"[A-Za-z][\w.@-]{{0,63}}|{_RULES}|{_UNFORESEEN}"),
    "on": re.compile(_RULES),
    "kind": _NAME,
    "outcome": _WORD,
    "error": _NAME,
    "place": re.compile(r"[\w.-]{1,64}:\d{1,6}"),
    "logger": _NAME,
    "pack": _WORD,
    "version": re.compile(r"\d{1,6}(\.\d{1,6}){0,3}"),
}
"""What may stand in a line beside time, level and event: a number, or a text that the pattern fits."""

_HEARD = ("marrow", "uvicorn")
"""Whose messages of the standard library are written, without what is filled into them; of others only the place."""


def prepare() -> None:
    """structlog for the whole process, as a logger of the standard library whose records hold fields."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _exception,
            _only_what_may_be_said,
            _handed_over,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def write_lines(form: Literal["json", "text"] | None, level: str) -> None:
    """Let the process log to standard error, and let nothing else write a traceback there. form: None: json but on a terminal."""
    prepare()
    handler = logging.StreamHandler()
    handler.setFormatter(Lines(form or ("text" if sys.stderr.isatty() else "json")))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("marrow").setLevel(level.upper())
    logging.raiseExceptions = False
    warnings.simplefilter("ignore")
    threading.excepthook = lambda told: _uncaught(told.exc_value)
    sys.unraisablehook = lambda told: _uncaught(told.exc_value)


class Lines(logging.Formatter):
    """A record as one line, as JSON or for reading."""

    def __init__(self, form: Literal["json", "text"]) -> None:
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        said = dict(record.msg) if isinstance(record.msg, dict) else _of_others(record)
        line = {"time": _time(record.created), "level": record.levelname.lower(), "event": said.pop("event", ""), **said}
        if self._form == "json":
            return msgspec.json.encode(line).decode()
        more = " ".join(f"{name}={value}" for name, value in said.items())
        return f"{line['time']} {record.levelname:<7} {line['event']} {more}".rstrip()


def _of_others(record: logging.LogRecord) -> dict[str, Any]:
    """What is said of a record that is not of structlog: a message could hold anything once it is filled in."""
    heard = record.name.partition(".")[0] in _HEARD and isinstance(record.msg, str)
    said: dict[str, Any] = {"event": record.msg.strip() if heard else "a line of a library", "logger": record.name}
    error = record.exc_info[1] if record.exc_info else None
    at = place_of(error) if error is not None else f"{record.filename}:{record.lineno}"
    return said | ({} if error is None else {"error": type(error).__name__}) | {"place": at}


def _exception(_: Any, __: str, event: Event) -> Event:
    """Kind and place instead of an exception, whose text and traceback could hold patient data."""
    found = event.pop("exc_info", None)
    error = found if isinstance(found, BaseException) else sys.exc_info()[1] if found is True else None
    if error is not None:
        event.update(error=type(error).__name__, place=place_of(error))
    return event


def _only_what_may_be_said(_: Any, __: str, event: Event) -> Event:
    return {"event": event["event"], **{name: event[name] for name in event if _may_be_said(name, event[name])}}


def _may_be_said(name: str, value: object) -> bool:
    form = FIELDS.get(name)
    if isinstance(form, re.Pattern):
        return isinstance(value, str) and form.fullmatch(value) is not None
    return form is not None and isinstance(value, int | float)


def _handed_over(_: Any, __: str, event: Event) -> tuple[tuple[Event], dict[str, Any]]:
    return (event,), {}


def _uncaught(error: BaseException | None) -> None:
    log: Callable[..., None] = structlog.get_logger("marrow.service").error
    log("a fault in Marrow itself; please report it, with this line", exc_info=error)


def _time(created: float) -> str:
    return datetime.fromtimestamp(created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
