"""What a caller named as input, wherever Spark reads from: found by Hadoop's file systems, named as in a local run."""

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from marrow.inputs import STANDARD_INPUT, SUFFIXES, UnreadableInput

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LINES = (".ndjson", ".ndjson.gz")
_MARK = b"\xef\xbb\xbf"
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_PACKED = b"\x1f\x8b"


class Listed(NamedTuple):
    """One file. name: what issues call it. whole_name: where another has the same. path: for Spark. uri: what Spark calls it.

    named: by the caller, not found in a folder.
    by_line: Spark can cut it; else it is read whole, since it is a document, or its bytes are not what its name says.
    has_mark: it begins with a byte order mark, which Spark would pass over in silence.
    """

    name: str
    whole_name: str
    path: str
    uri: str
    size: int
    named: bool
    by_line: bool
    has_mark: bool = False


def plain_uri(uri: str) -> str:
    """What Spark calls a file, in the one of two spellings without an empty host."""
    return re.sub(r"^(\w+):///", r"\1:/", uri)


def listed(spark: "SparkSession", names: tuple[str, ...]) -> list[Listed]:
    """Every file that the names stand for, folders with all that is in them, in a fixed order, each once.

    Raises UnreadableInput, with every name that is wrong.
    """
    found: dict[str, Listed] = {}
    faults: list[str] = []
    for name in names:
        if name == STANDARD_INPUT:
            faults.append("standard input cannot be read by Spark; name a file or folder, or use --engine local")
            continue
        try:
            inside = list(_inside(spark, name))
        except Exception as error:  # noqa: BLE001 - each file system has errors of its own
            faults.append(f"{name}: cannot be read ({_reason(error)}); name another file or folder")
            continue
        if not inside:
            faults.append(f"{name}: there is no file that ends in {', '.join(SUFFIXES)}; name a FHIR file or a folder of them")
        for each in inside:
            found.setdefault(each.uri, each)
    faults += [
        f"{each.whole_name}: Spark passes over files whose name begins with . or _; give it another name"
        for each in found.values()
        if each.path.rpartition("/")[2].startswith((".", "_"))
    ]
    if faults:
        raise UnreadableInput("\n".join(faults))
    return _told_apart(list(found.values()))


def _inside(spark: "SparkSession", name: str) -> Iterator[Listed]:
    """The file itself, or what a folder holds, in the order of names below it."""
    context: Any = spark.sparkContext
    path = context._jvm.org.apache.hadoop.fs.Path(name)
    files = path.getFileSystem(context._jsc.hadoopConfiguration())
    if not files.exists(path):
        return
    status = files.getFileStatus(path)
    if not status.isDirectory():
        yield _look(files, status, path.getName(), name, named=True)
        return
    top = status.getPath().toUri().getPath().rstrip("/") + "/"
    each, rows = files.listFiles(path, True), []
    while each.hasNext():
        inner = each.next()
        below = inner.getPath().toUri().getPath().removeprefix(top)
        if below.endswith(SUFFIXES):
            rows.append((below.split("/"), below, inner))
    for _, below, inner in sorted(rows, key=lambda row: row[0]):
        yield _look(files, inner, below, f"{name.rstrip('/')}/{below}", named=False)


def _look(files: Any, status: Any, name: str, whole_name: str, *, named: bool) -> Listed:
    """A file, with a look at its first bytes where it is one of lines."""
    path, size = status.getPath(), int(status.getLen())
    listing = Listed(name, whole_name, path.toString(), plain_uri(path.toUri().toString()), size, named, by_line=False)
    if not name.endswith(LINES) or not size:
        return listing
    stream = files.open(path)
    try:
        head = bytes(stream.readNBytes(512))
    finally:
        stream.close()
    is_packed = head.startswith(_PACKED)
    if is_packed is not name.endswith(".gz"):
        return listing
    begins = zlib.decompressobj(31).decompress(head, 16) if is_packed else head
    if begins.startswith(_OTHER_MARKS):
        return listing
    return listing._replace(by_line=True, has_mark=begins.startswith(_MARK))


def _told_apart(each: list[Listed]) -> list[Listed]:
    """Files that would have the same name, each by its whole path instead."""
    times = Counter(one.name for one in each)
    return [one._replace(name=one.whole_name) if times[one.name] > 1 else one for one in each]


def _reason(error: Exception) -> str:
    """What a file system says, in a few words."""
    java = getattr(error, "java_exception", None)
    return "input/output error" if java is None else str(java.getClass().getSimpleName())
