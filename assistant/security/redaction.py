"""Takes what is somebody's own, and what is secret, out of the text of logs and traces.

Stricter than what is learnt from (`finetune.privacy`): a log loses nothing when a long number that is nobody's goes as
well. So whatever has the form of a telephone number anywhere, or as many digits as one, is taken out; what computers
write about themselves (dates, sizes, durations, versions) stays. Names and addresses of people are not found, unless
another finder does that (`assistant.security.private`).
"""

import re
from ipaddress import ip_address

from finetune.privacy.scrub import Scrubber
from finetune.privacy.spans import Finder, nothing

# Four numbers, or groups with colons between them; `ip_address` says whether it is one.
_ADDRESS = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?![\w:]|\.\d)", re.I
)
# Seven digits or more with what people put between them, and an extension; or three pairs. Every repetition ends.
_NUMBER = re.compile(
    r"(?<![\w./-])(?:[+(]{0,2}\d(?:[().\u00a0 /-]{0,3}\d){6,30}(?:(?: ?x|ext\.? ?)\d{1,6})?|\d\d \d\d \d\d)"
    r"(?!\w|[.:/-]\d)",
    re.IGNORECASE,
)
# Shorter than what is learnt from leaves out, as long as it is no word ("Basic information").
_BEARER = re.compile(r"\b(?P<how>(?:Bearer|Basic|ApiKey|Token) )(?=\S*[\d\W])[^\s\"',;]{6,}")
# "2026-05-04", also with the hour behind it or another date; "4/29/1972"; "12.5"; a version of four figures.
_DATE = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})"
_OURS = re.compile(rf"(?:{_DATE}(?: \d{{1,2}})?(?: - {_DATE}| {_DATE})?|\d+\.\d+|\d{{4}}-\d{{4}}|\d{{4}}\.\d+\.\d+)")
_UNIT = re.compile(r" ?(?:bytes?|[kKMGT]i?B|B|[nmµ]?s|seconds?|tokens?|characters?|rows?|passages?|documents?)\b")


def redacted(text: str, finder: Finder = nothing) -> str:
    """A text without personal data that has a form, secrets, addresses of other computers, and what `finder` finds."""
    clean = _BEARER.sub(_bearer, Scrubber(finder).clean(text))
    return _NUMBER.sub(_number, _ADDRESS.sub(_address, clean))


def _bearer(found: re.Match[str]) -> str:
    return found[0] if found[0].endswith("]") else f"{found['how']}[secret]"


def _address(found: re.Match[str]) -> str:
    try:
        known = ip_address(found[0])
    except ValueError:
        return found[0]
    return found[0] if known.is_loopback or known.is_unspecified else "[address]"


def _number(found: re.Match[str]) -> str:
    written = found[0]
    ours = _OURS.fullmatch(written) or (written.isdigit() and _UNIT.match(found.string, found.end()))
    return written if ours else "[number]"
