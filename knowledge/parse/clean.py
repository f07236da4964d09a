"""Unicode hygiene: what is stored is what a person sees."""

import re
import unicodedata

# Characters that carry nothing a reader sees and are used to hide text or to reorder it: soft hyphen, zero-width
# spaces and joiners, bidirectional controls, invisible operators, byte order mark, interlinear annotation, the tag
# block (ASCII smuggling) and variation selectors supplement. U+200D stays: emoji sequences and some scripts need it.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U000e0000-\U000e0fff"
)
_CONTROL = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"
_REMOVED = re.compile(f"[{_INVISIBLE}{_CONTROL}\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Typesetters' ligatures, as PDF and Word files keep them; NFC leaves them.
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


def clean_text(text: str) -> str:
    """Normalise to NFC, drop invisible and control characters, undo ligatures, and make every line end a newline."""
    return unicodedata.normalize("NFC", _REMOVED.sub("", _LINE_ENDS.sub("\n", text)).translate(_LIGATURES))


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())
