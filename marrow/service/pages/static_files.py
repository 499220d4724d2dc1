"""The files that pages load: our own style and script, with nothing of a patient in them, and nothing from elsewhere."""

from pathlib import Path

from fastapi import FastAPI, Response
from starlette.exceptions import HTTPException

FOLDER = Path(__file__).with_name("static")
PREFIX = "/static/"
_KINDS = {".css": "text/css", ".js": "text/javascript"}


def add_static_files(app: FastAPI) -> None:
    """The route."""
    files = {path.name: (path.read_bytes(), _KINDS[path.suffix]) for path in sorted(FOLDER.iterdir()) if path.suffix in _KINDS}

    @app.get(f"{PREFIX}{{name}}", include_in_schema=False)
    async def static(name: str) -> Response:
        if name not in files:
            raise HTTPException(404)
        data, kind = files[name]
        return Response(data, media_type=f"{kind}; charset=utf-8")
