"""Secrets in texts: keys of well-known services, private keys, what is assigned to a password, and random letters.

The forms of keys are those their services publish; compare the rules of gitleaks (https://github.com/gitleaks/gitleaks).
"""

import math
import re
from collections import Counter
from collections.abc import Iterator

from finetune.privacy.spans import Span

_KEYS = re.compile(
    r"\b(?:"
    r"A(?:KIA|SIA)[0-9A-Z]{16}"  # Amazon
    r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}"  # GitHub, GitLab
    r"|xox[abeoprs]-[\w-]{10,}|xapp-[\w-]{10,}"  # Slack
    r"|sk-[\w-]{20,}|(?:sk|rk|pk)_(?:live|test)_\w{16,}|whsec_\w{16,}"  # OpenAI, Anthropic, Stripe
    r"|AIza[\w-]{30,}|ya29\.[\w-]{20,}"  # Google
    r"|hf_[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{30,}|dop_v1_[0-9a-f]{40,}"
    r"|SG\.[\w-]{16,200}\.[\w-]{16,200}|(?:AC|SK)[0-9a-f]{32}"  # SendGrid, Twilio
    r"|\d{8,10}:[A-Za-z0-9_-]{35}"  # Telegram
    r"|[MNO][\w-]{23,27}\.[\w-]{6,7}\.[\w-]{27,45}"  # Discord
    r"|sy[tr]_[\w+/=-]{1,200}_[A-Za-z]{20}_\w{6}"  # Matrix (Synapse)
    r"|EAA[A-Za-z0-9]{50,400}"  # WhatsApp, Facebook
    r"|[\w~.-]{3}\dQ~[\w~.-]{31,34}"  # Entra
    r"|pilares_(?:widget_)?[\w-]{43}"  # our own
    r"|eyJ[\w-]{8,2000}\.[\w-]{8,4000}(?:\.[\w-]{0,2000})?"  # JSON Web Token
    r")"
)
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_BEARER = re.compile(r"\b(?:Bearer|Basic)\s+([\w.~+/=-]{16,})")
_IN_URL = re.compile(r"\b[a-z][a-z0-9+.-]{0,20}://([^\s:/@]{0,100}:[^\s@/]{1,200})@", re.IGNORECASE)
_PARAMETER = re.compile(r"[?&](?:access_token|token|key|api_?key|sig|signature|secret|password)=([^&\s#]{6,})", re.I)
_ASSIGNED = re.compile(
    r"(?P<name>pass(?:word|wd|phrase|code)?|pwd|contrase[ñn]a|clave(?: de acceso)?|secreto?|"
    r"token|api[_ -]?key|access[_ -]?key|"
    r"pin|cvv|cvc|c[óo]digo de acceso|access code)\b[\"'`)]?"
    r"(?P<sign>\s*(?::=|=>|->|=|:)\s*|\s+(?:is|es|was|era)\s+:?\s*|\s+)"
    r"(?P<value>\"[^\"\n]{4,200}\"|'[^'\n]{4,200}'|«[^»\n]{4,200}»|“[^”\n]{4,200}”|`[^`\n]{4,200}`|[^\s\"'«“`,;]{4,})",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"pin|cvv|cvc|clave|contrase|pass|c[óo]digo|access code", re.IGNORECASE)
_QUOTES = "\"'«»“”`"
_RANDOM = re.compile(r"(?<![\w+/])[A-Za-z0-9+/]{20,}={0,2}(?![\w+/])")
_HEX = re.compile(r"(?<!\w)(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{32,}(?!\w)", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\[\w+_\d+")
# Bits a character: random base64 of 20 characters has 3.9 or more, names run together less or have no digits.
LEAST_ENTROPY, LEAST_RUNS = 3.6, 3


def secret_spans(text: str) -> Iterator[Span]:
    """Every place with a secret; they may overlap."""
    for pattern in (_KEYS, _PRIVATE_KEY, _HEX):
        yield from (Span(*found.span(), "secret") for found in pattern.finditer(text))
    for pattern in (_BEARER, _IN_URL, _PARAMETER):
        yield from (Span(*found.span(1), "secret") for found in pattern.finditer(text))
    for found in _ASSIGNED.finditer(text):
        if span := _assigned(found):
            yield span
    yield from (Span(*found.span(), "secret") for found in _RANDOM.finditer(text) if _random(found.group()))


def _assigned(found: re.Match[str]) -> Span | None:
    """The value of an assignment, if it looks like one: prose goes on after "password" too."""
    written, sign = found["value"], found["sign"].strip()
    value = written.strip(_QUOTES).rstrip(".!?)]") if written[0] in _QUOTES else written.rstrip(".!?)")
    start = found.start("value") + (1 if written[0] in _QUOTES else 0)
    if len(value) < 4 or _PLACEHOLDER.match(value) or (" " in value.strip() and sign not in ("=", ":", ":=")):
        return None
    letters, digits = any(map(str.isalpha, value)), any(map(str.isdigit, value))
    mixed = letters and digits and len(value) >= (6 if sign else 8) and "://" not in value
    numbered = value.isdigit() and len(value) <= 12 and bool(sign) and bool(_NUMBERED.match(found["name"]))
    quoted = written[0] in _QUOTES and bool(sign) and " " not in value
    given = sign in ("=", ":=") and (letters or digits)
    marked = bool(sign) and letters and len(value) >= 6 and any(char in "!#$%&*@^~?" for char in value)
    return Span(start, start + len(value), "secret") if mixed or numbered or quoted or given or marked else None


def _random(word: str) -> bool:
    """Whether letters follow one another without order: digits in several places, capitals among small letters."""
    runs = len(re.findall(r"\d+", word))
    both = any(map(str.isupper, word)) and any(map(str.islower, word))
    return both and runs >= LEAST_RUNS and entropy(word) >= LEAST_ENTROPY


def entropy(word: str) -> float:
    """Bits a character, by how often each stands in the word itself (Shannon 1948)."""
    counts = Counter(word)
    return -sum(count / len(word) * math.log2(count / len(word)) for count in counts.values())
