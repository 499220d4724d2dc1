"""A plain loop, all of it in one process or shared by several: what a machine gains by its other cores, at that time.

python busy.py PROCESSES
"""

import sys
from multiprocessing import Pool

TURNS = 120_000_000


def turn(times: int) -> None:
    for _ in range(times):
        pass


def main() -> None:
    processes = int(sys.argv[1])
    with Pool(processes) as pool:
        pool.map(turn, [TURNS // processes] * processes, chunksize=1)


if __name__ == "__main__":
    main()
