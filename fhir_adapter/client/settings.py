"""How a server is spoken to: what is waited for, how often, how much is read, and which other hosts may be asked."""

from dataclasses import dataclass, fields

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits of the client; times in seconds, sizes in bytes. Raises ValueError for one that is not positive.

    deadline: for one call with all its tries, in a search for one page. allowed_hosts: `host` or `host:port` that addresses given
    by others may name, beside the server itself. ca_file: certificates to trust instead of the system's.
    """

    connect: float = 10.0
    read: float = 60.0
    pool: float = 10.0
    deadline: float = 120.0
    tries: int = 6
    first_pause: float = 0.25
    longest_pause: float = 16.0
    longest_asked_pause: float = 60.0
    largest_body: int = 64 * _MEBIBYTE
    page_size: int = 200
    most_pages: int = 10_000
    most_redirects: int = 4
    connections: int = 16
    allowed_hosts: frozenset[str] = frozenset()
    ca_file: str | None = None

    def __post_init__(self) -> None:
        numbers = {field.name: getattr(self, field.name) for field in fields(self) if field.type in (int, float)}
        wrong = [name for name, number in numbers.items() if not 0 < number < float("inf")]
        if wrong:
            raise ValueError(f"settings of the FHIR client: {', '.join(wrong)}: expected a positive number")
