"""The floor: the same framework over the same database, doing nothing with a notification but the durable INSERT.

`python -m benchmarks.events.floor DATABASE_URL`; with `nothing` in place of the URL it answers at once, which tells what the
sender can do.
"""

import asyncio
import socket
import sys
import time

import uvicorn
from fastapi import FastAPI, Request, Response
from sqlalchemy import BigInteger, Column, Double, Integer, LargeBinary, MetaData, Table

from benchmarks.events.wire import Answering, answer
from marrow.service.store.database import Database

TOLD = Table(
    "told",
    MetaData(),
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("arrived", Double, nullable=False),
    Column("body", LargeBinary, nullable=False),
)


def application(database: Database) -> FastAPI:
    app = FastAPI()

    @app.post("/notifications/{source}")
    async def notify(request: Request, source: str) -> Response:
        body = await request.body()
        row = {"arrived": time.time(), "body": body}
        await asyncio.to_thread(database.write, lambda connection: connection.execute(TOLD.insert(), row))
        return Response(b"", media_type="application/fhir+json")

    return app


async def answer_all(listening: socket.socket) -> None:
    said = answer(200)
    server = await asyncio.get_running_loop().create_server(lambda: Answering(lambda *_: said), sock=listening)
    await server.serve_forever()


def main(url: str) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}; Ctrl-C stops it", flush=True)
    if url == "nothing":
        asyncio.run(answer_all(listening))
    database = Database(url, 8)
    database.write(TOLD.create)
    config = uvicorn.Config(application(database), log_config=None, access_log=False, ws="none", http="h11")
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main(sys.argv[1])
