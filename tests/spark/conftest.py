"""One session of Spark for all tests of this folder, and a folder of lines that Spark cuts into many splits."""

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from marrow.spark.session import session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SPLIT = 20_000
LONG = 300_000


@pytest.fixture(scope="session")
def spark() -> "Iterator[SparkSession]":
    """Two workers that cut files into small splits and batches."""
    small = {"spark.sql.files.maxPartitionBytes": str(SPLIT), "spark.sql.files.openCostInBytes": "1000",
             "spark.sql.execution.arrow.maxRecordsPerBatch": "100"}  # fmt: skip
    with session(2, small) as found:
        yield found


def lines() -> list[str]:
    """Numbers of 40 patients, half of them of one; among them what is no JSON, what is empty, and a line of many splits."""
    chosen = random.Random(7)
    found = [json.dumps({"patient": "p0" if number % 2 else f"p{chosen.randint(1, 39)}", "n": number}) for number in range(3000)]
    found[5], found[1717], found[2222] = "{broken", "", "\u00fc"
    found[400] = json.dumps({"patient": "p3", "n": 400, "x": "y" * LONG})
    return found


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lines in files of every kind: plain, with letters that stand for others in a glob, packed, with a mark, a document."""
    made = tmp_path_factory.mktemp("lines")
    each = lines()
    (made / "a.ndjson").write_text("\n".join(each[:1500]) + "\n", encoding="utf-8")
    (made / "below").mkdir()
    (made / "below" / "b [1]%20{x}.ndjson").write_text("\r\n".join(each[1500:2000]), encoding="utf-8")
    (made / "c.ndjson.gz").write_bytes(gzip.compress("\n".join(each[2000:2500]).encode(), mtime=0))
    (made / "d.ndjson").write_bytes(b"\xef\xbb\xbf" + "\n".join(each[2500:2999]).encode())
    (made / "e.json").write_text(each[2999], encoding="utf-8")
    return made
