"""Text as people search it and as every database keeps it."""

import unicodedata


def folded(text: str) -> str:
    """`text` in lower case without accents: "¿Contraseña?" becomes "¿contrasena?", the same on every database."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def storable(text: str) -> str:
    """`text` with what no database keeps (NUL, lone surrogates) shown as the replacement character."""
    return text.replace("\0", "\ufffd").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
