"""Text as people search it and as every database keeps it."""

import unicodedata
from typing import Any


def folded(text: str) -> str:
    """`text` in lower case without accents: "¿Contraseña?" becomes "¿contrasena?", the same on every database."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def storable(text: str) -> str:
    """`text` with what no database keeps (NUL, lone surrogates) shown as the replacement character."""
    return text.replace("\0", "\ufffd").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def storable_json(value: Any) -> Any:
    """The same for every text in plain JSON, names of fields too."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(name): storable_json(each) for name, each in value.items()}
    return [storable_json(each) for each in value] if isinstance(value, list | tuple) else value
