"""`marrow serve`: evaluation over HTTP, and the work beside an EHR's FHIR server."""

import click


@click.command(
    epilog="Exit status: 0 stopped by SIGTERM or Ctrl-C; 2 it cannot be served like that, or the database does not answer.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; any but loopback needs credentials.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Port; 0 takes a free one.")
def serve(host: str, port: int) -> None:
    """Serve evaluation over HTTP, and work beside a FHIR server: what changes there is evaluated, what is concluded written back.

    \b
    marrow serve --port 8080
    curl -H 'Content-Type: application/fhir+json' --data-binary @bundle.json 'http://127.0.0.1:8080/fhir/$evaluate'
    MARROW_FHIR_BASE_URL=https://ehr.example/fhir MARROW_FHIR_TOKEN=... MARROW_NOTIFICATION_TOKEN=... marrow serve

    Then `marrow subscribe` has the FHIR server notify it, and `marrow status` shows how the work stands.

    \b
    Settings, as variables of the environment, or as files of their names in the folder MARROW_SECRETS_DIR.
    docs/service.md explains each.
    What is evaluated, and kept
      MARROW_PACK                 pack by name, or its folder [default: lan_2021]
      MARROW_REVIEW_DIR           where marks of reviewers are kept [default: beside the pack]
      MARROW_TIME_ZONE            in which days begin, by its IANA name [default: UTC]
      MARROW_DATABASE_URL         postgresql://user@host/name, or [default: sqlite:///marrow.db]
      MARROW_MAX_INBOX            changes that may wait; more notifications get a 429 [default: 100000]
    The FHIR server
      MARROW_FHIR_BASE_URL        its address; without it nothing is fetched and nothing is written
      MARROW_FHIR_SERVER_NAMES    by which other addresses it calls itself, with commas
      MARROW_FHIR_RELEASE         R4, R4B or R5, to write in [default: that of the patient's resources]
      MARROW_FHIR_TOKEN           bearer token; or
      MARROW_FHIR_USER, MARROW_FHIR_PASSWORD      name and password; or, of SMART Backend Services,
      MARROW_FHIR_CLIENT_ID, MARROW_FHIR_KEY_FILE our id, and the private key as PEM or JWK
      MARROW_FHIR_TOKEN_URL       where tokens are given [default: as the server's .well-known tells]
      MARROW_FHIR_SCOPES          what is asked for [default: to read all, and to write what Marrow writes]
      MARROW_FHIR_CA_FILE         certificates to trust instead of the system's
      MARROW_FHIR_ALLOWED_HOSTS   other hosts that links of the server may name, with commas
      MARROW_FHIR_DEADLINE_SECONDS  for one call with all its tries [default: 60]
    Who may enter
      MARROW_API_TOKEN            bearer token that callers show; without credentials only loopback is served
      MARROW_JWKS                 keys for tokens of other systems, a file or an https address; needs the next two
      MARROW_TOKEN_ISSUER         who gives these tokens
      MARROW_TOKEN_AUDIENCE       whom they are for: us
      MARROW_NOTIFICATION_TOKEN   bearer token that notifications carry; without credentials only loopback notifies
      MARROW_NOTIFICATION_SECRET  what notifications are signed with, by HMAC-SHA256
      MARROW_OIDC_ISSUER          the OpenID provider that people sign in to the pages with; needs the next, and MARROW_PUBLIC_URL
      MARROW_OIDC_CLIENT_ID       who we are there
      MARROW_OIDC_CLIENT_SECRET   our secret there; without one PKCE alone
      MARROW_OIDC_SCOPES          what is asked for there [default: "openid profile"]
      MARROW_OIDC_GROUPS          of which of its groups one has to be, with commas; without them, whoever signs in there
      MARROW_SESSION_KEY          what cookies are signed with, 32 characters or more; several processes share one
      MARROW_SESSION_SECONDS      for which one stays signed in [default: 28800]
      MARROW_PUBLIC_URL           where others reach Marrow, for links on cards and for `marrow subscribe`
      MARROW_CDS_ORIGINS          pages in a browser that may ask CDS Hooks, as https://ehr.example, with commas
    How the work goes
      MARROW_WORKERS              patients worked at the same time [default: 4]
      MARROW_JUDGES               processes that evaluate them [default: 1]
      MARROW_LEASE_SECONDS        after which the work of a process that died is taken over [default: 15]
      MARROW_SWEEP_SECONDS        between sweeps for what changed [default: 300]
      MARROW_REREAD_SECONDS       between sweeps that read every patient whole [default: 86400]
    Limits and log
      MARROW_MAX_BODY_BYTES       largest body, packed and unpacked [default: 16777216]
      MARROW_MAX_BODY_SECONDS     seconds in which a body has to come [default: 60]
      MARROW_MAX_WAITING          requests worked on at the same time; more get a 503 [default: 16]
      MARROW_RATE_PER_SECOND      requests of one caller [default: 1000]
      MARROW_RATE_BURST           and at once [default: 2000]
      MARROW_LOG_FORMAT           json or text [default: text on a terminal, else json]
      MARROW_LOG_LEVEL            debug, info, warning or error [default: info]

    \b
    Paths: POST /fhir/$evaluate, /notifications/ehr, /cds-services/{id}, /review/marks
           GET /, /patients/{id}, /review (pages), /fhir/Condition, /fhir/AuditEvent, /fhir/metadata, /cds-services,
               /healthz, /readyz, /metrics, /.well-known/jwks.json, /docs, /openapi.json
    """
    from marrow.service.server import serve as listen
    from marrow.service.settings import settings_of_environment
    from marrow.service.store.rows import StoreUnavailable

    settings = settings_of_environment()
    try:
        listen(settings, host, port, lambda address: click.echo(f"Marrow serves {settings.pack} on {address}; Ctrl-C stops it"))
    except StoreUnavailable as trouble:
        raise click.ClickException(str(trouble)) from None
