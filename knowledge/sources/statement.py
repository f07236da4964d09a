"""Whether SQL text is one statement that only reads."""

import re

# In this order: what a semicolon or a word inside of it does not mean anything.
_OPAQUE = re.compile(
    r"""--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]\n]*\]|\$(\w*)\$.*?\$\1\$""", re.DOTALL
)
_WRITES = re.compile(
    r"\b(insert|update|delete|merge|replace\s+into|into|create|alter|drop|truncate|grant|revoke|call|exec|execute|do|"
    r"copy|attach|pragma|vacuum|lock|set|begin|commit|rollback)\b",
    re.IGNORECASE,
)


def check_statement(text: str) -> str:
    """The statement without its closing semicolon; raises ValueError saying what is wrong with it.

    A first line of defence that also catches mistakes; the transaction it runs in is read-only where the database
    can do that, and is always rolled back.
    """
    bare = _OPAQUE.sub(" ? ", text).strip().rstrip(";").strip()
    if ";" in bare:
        raise ValueError("must be one statement")
    if not re.match(r"(select|with)\b", bare, re.IGNORECASE):
        raise ValueError("must begin with SELECT or WITH")
    if found := _WRITES.search(bare):
        raise ValueError(f"must only read; a column that is called {found[0]!r} is written in quotes")
    return text.strip().rstrip(";").strip()
