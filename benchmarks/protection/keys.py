"""Keys and tokens made up in the forms of their services; none opens anything."""

import string
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from random import Random

HEX, LOWER, ALNUM = "0123456789abcdef", string.ascii_lowercase + string.digits, string.ascii_letters + string.digits
BASE64URL = ALNUM + "-_"
Make = Callable[[Random], str]

NAMED = (
    "Authorization: Bearer {}", "token={}&page=2", '{{"api_key": "{}"}}', "GET https://api.example.org/v1?token={} 401",
    "password: {}", "the secret is '{}'",
)  # fmt: skip
"""Where a name before it says that it is a key."""
ALONE = ("the request with {} was refused", "{}", "({})", "got {}, not what was expected", *NAMED)
"""Where its own form has to."""


def known_forms() -> Mapping[str, Make]:
    """Keys that are known by their form, wherever they stand."""
    return {
        "openai": lambda r: "sk-" + _some(r, ALNUM, 48),
        "openai project": lambda r: "sk-proj-" + _some(r, BASE64URL, 64),
        "anthropic": lambda r: "sk-ant-api03-" + _some(r, BASE64URL, 80),
        "slack bot": lambda r: (
            f"xoxb-{_some(r, string.digits, 12)}-{_some(r, string.digits, 12)}-{_some(r, ALNUM, 24)}"
        ),
        "slack app": lambda r: f"xapp-1-A{_some(r, string.digits, 10)}-{_some(r, HEX, 64)}",
        "github": lambda r: "ghp_" + _some(r, ALNUM, 36),
        "github fine": lambda r: f"github_pat_{_some(r, ALNUM, 22)}_{_some(r, ALNUM, 59)}",
        "gitlab": lambda r: "glpat-" + _some(r, BASE64URL, 20),
        "amazon": lambda r: "AKIA" + _some(r, string.ascii_uppercase + "234567", 16),
        "google": lambda r: "AIza" + _some(r, BASE64URL, 35),
        "google token": lambda r: "ya29." + _some(r, BASE64URL, 100),
        "stripe": lambda r: "sk_live_" + _some(r, ALNUM, 24),
        "hugging face": lambda r: "hf_" + _some(r, string.ascii_letters, 34),
        "npm": lambda r: "npm_" + _some(r, ALNUM, 36),
        "pypi": lambda r: "pypi-AgEIcHlwaS5vcmc" + _some(r, BASE64URL, 120),
        "sendgrid": lambda r: f"SG.{_some(r, BASE64URL, 22)}.{_some(r, BASE64URL, 43)}",
        "telegram": lambda r: f"{r.randint(10**9, 10**10 - 1)}:AA{_some(r, BASE64URL, 33)}",
        "discord": lambda r: _discord(r),
        "matrix": lambda r: f"syt_{_base64(r, 8)}_{_some(r, string.ascii_letters, 20)}_{_some(r, ALNUM, 6)}",
        "whatsapp": lambda r: "EAAG" + _some(r, ALNUM, 180),
        "entra": lambda r: f"{_some(r, ALNUM, 3)}8Q~{_some(r, BASE64URL + '.~', 34)}",
        "json web token": lambda r: _jwt(r),
        "private key": lambda r: f"-----BEGIN PRIVATE KEY-----\n{_base64(r, 48)}\n-----END PRIVATE KEY-----",
        "database": lambda r: f"postgresql+psycopg://pilares:{_some(r, ALNUM, 20)}@db.example.org/pilares",
        "pilares": lambda r: "pilares_" + _some(r, BASE64URL, 43),
        "pilares widget": lambda r: "pilares_widget_" + _some(r, BASE64URL, 43),
    }


def opaque_forms() -> Mapping[str, Make]:
    """Keys that look like any other word, and are known by the name before them."""
    return {
        "mattermost": lambda r: _some(r, LOWER, 26),
        "slack signing": lambda r: _some(r, HEX, 32),
        "chatwoot": lambda r: _some(r, ALNUM, 24),
        "amazon secret": lambda r: _some(r, ALNUM + "+/", 40),
        "azure storage": lambda r: _base64(r, 64),
        "password": lambda r: _some(r, ALNUM + "!#%*", 14),
    }


def secret_of(kind: str, key: str) -> str:
    """The part of a key that must not be written."""
    return key.partition("://")[2].partition(":")[2].partition("@")[0] if kind == "database" else key


def _some(random: Random, letters: Sequence[str], length: int) -> str:
    """Random letters, a digit among them wherever the form has digits."""
    word = "".join(random.choice(letters) for _ in range(length))
    return word if not set(letters) & set(string.digits) or any(map(str.isdigit, word)) else "7" + word[1:]


def _base64(random: Random, size: int) -> str:
    return b64encode(random.randbytes(size)).decode()


def _jwt(random: Random) -> str:
    parts = (b'{"alg":"HS256","typ":"JWT"}', f'{{"sub":"{random.randint(1, 10**6)}"}}'.encode(), random.randbytes(32))
    return ".".join(urlsafe_b64encode(each).decode().rstrip("=") for each in parts)


def _discord(random: Random) -> str:
    number = urlsafe_b64encode(str(random.randint(10**17, 10**18 - 1)).encode()).decode().rstrip("=")
    return f"{number}.{_some(random, BASE64URL, 6)}.{_some(random, BASE64URL, 38)}"
