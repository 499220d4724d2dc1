"""The two questions in DuckDB: runs query.sql, with as many threads as cores are given.

python duckdb_query.py FOLDER AS_OF > answers.tsv
"""

import os
import sys
from pathlib import Path

import duckdb


def main() -> None:
    database = duckdb.connect()
    database.execute(f"SET threads = {len(os.sched_getaffinity(0))}")
    database.execute("SET enable_progress_bar = false")
    database.execute("SET VARIABLE folder = ?", [sys.argv[1]])
    database.execute("SET VARIABLE as_of = CAST(? AS DATE)", [sys.argv[2]])
    for row in database.execute(Path(__file__).with_name("query.sql").read_text()).fetchall():
        print(*row, sep="\t")


if __name__ == "__main__":
    main()
