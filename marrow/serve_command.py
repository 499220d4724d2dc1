"""`marrow serve`: evaluation over HTTP."""

import click


@click.command(
    epilog="Exit status: 0 stopped by SIGTERM or Ctrl-C; 2 it cannot be served like that.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; any but loopback needs a token.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Port; 0 takes a free one.")
def serve(host: str, port: int) -> None:
    """Serve evaluation over HTTP: a FHIR Bundle in, the Bundle of what is concluded out.

    \b
    marrow serve --port 8080
    curl -H 'Content-Type: application/fhir+json' --data-binary @bundle.json 'http://127.0.0.1:8080/fhir/$evaluate'

    \b
    Settings, as variables of the environment:
      MARROW_API_TOKEN         bearer token that callers show; without it only loopback is served
      MARROW_PACK              pack by name, or its folder [default: lan_2021]
      MARROW_MAX_BODY_BYTES    largest body, packed and unpacked [default: 16777216]
      MARROW_MAX_BODY_SECONDS  seconds in which a body has to come [default: 60]
      MARROW_MAX_WAITING       requests worked on at the same time; more get a 503 [default: 16]

    Paths: POST /fhir/$evaluate, GET /fhir/metadata, /healthz, /readyz, /docs, /openapi.json.
    """
    from marrow.service.server import serve as listen
    from marrow.service.settings import settings_of_environment

    settings = settings_of_environment()
    listen(settings, host, port, lambda address: click.echo(f"Marrow serves {settings.pack} on {address}; Ctrl-C stops it"))
