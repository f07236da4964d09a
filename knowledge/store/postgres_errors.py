"""What PostgreSQL and its driver say, in a sentence with the next step."""

from sqlalchemy.engine import URL

# By SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html).
_BY_STATE = {
    "53100": "The disk of the PostgreSQL server at {host} is full. Nothing was changed; free some space and try again.",
    "53300": "The PostgreSQL server at {host} has no connection left. Raise max_connections there, and try again.",
    "42501": (
        "The user {user} may not do this in {name} ({reason}). "
        "Make that user the owner: `ALTER DATABASE {database} OWNER TO {user}`."
    ),
    "25006": "{name} can only be read ({reason}). Use the address of the primary server.",
    "3D000": "There is no database {database} at {host}. Create it: `createdb -h {host} -O {user} {database}`.",
    "42P01": "{name} holds no documents of Pilares yet ({reason}). Run `pilares ingest PATH` first.",
}
# Refused connections have no SQLSTATE in the driver: only the server's or the system's words.
_BY_WORDS = {
    "does not exist": _BY_STATE["3D000"],
    "password": (
        "The PostgreSQL server at {host} does not let the user {user} in ({reason}). "
        "Correct the user and the password in the database's address."
    ),
    "too many clients": _BY_STATE["53300"],
    "remaining connection slots": _BY_STATE["53300"],
}
_AWAY = (
    "The PostgreSQL server at {host} does not answer ({reason}). "
    "Start it, or correct the database's address in pilares.toml, and try again."
)
_OTHER = "{name} cannot be read or written ({reason}). Look into the PostgreSQL server's log, and try again."


def in_words(error: BaseException | None, url: URL, name: str) -> str:
    """One sentence or two; never with a password in it."""
    reason = _reason(error, url)
    words = {
        "host": host_of(url),
        "user": url.username or "(none)",
        "database": url.database,
        "name": name,
        "reason": reason,
    }
    told = _chosen(error, reason).format(**words)
    return told[0].upper() + told[1:]


def host_of(url: URL) -> str:
    """The server, with the port if it is not the usual one."""
    return f"{url.host or 'this computer'}{f':{url.port}' if url.port else ''}"


def _chosen(error: BaseException | None, reason: str) -> str:
    state = getattr(error, "sqlstate", None)
    if state in _BY_STATE:
        return _BY_STATE[state]
    if type(error).__name__ in ("OperationalError", "ConnectionTimeout", "AdminShutdown"):
        return next((text for part, text in _BY_WORDS.items() if part in reason), _AWAY)
    return _OTHER


def _reason(error: BaseException | None, url: URL) -> str:
    """The last line of what was said: the driver lists every address it tried before it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = next((line for line in lines if "FATAL" in line or "refused" in line), lines[0] if lines else "no reason")
    reason = reason.rpartition("FATAL:")[2].strip() or reason
    return reason.replace(str(url.password), "***") if url.password else reason
