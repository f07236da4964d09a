"""Characters that nobody sees, and marks that only a chat template may write.

Both carry instructions past whoever reviews a row: letters without width or in the tags block
(https://www.unicode.org/reports/tr36/), text that runs backwards (https://trojansource.codes), and marks such as
<|im_end|> that end a message in the middle.
"""

import re
from collections.abc import Iterator, Sequence

from finetune.doctor.findings import Finding, rows_in_words
from finetune.examples import Example

# Zero width, direction, invisible operators and fillers, tags, the variation selectors that no emoji has, controls.
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
    r"|(?<=[^\W_])[\u200c\u200d\ufeff](?=[^\W_])"
)
_MARK = re.compile(r"<\|[\w.-]{1,40}\|>|\[/?INST\]|<</?SYS>>|</?(?:start|end)_of_turn>|<(?:bos|eos)>", re.IGNORECASE)


class Hidden:
    """Rows with something in them that is not seen, or that a template would take for its own."""

    name = "hidden"

    def look(self, rows: Sequence[Example]) -> Iterator[Finding]:
        """One finding for each of the two."""
        for pattern, what in ((_UNSEEN, "characters that nobody sees"), (_MARK, "marks of a chat template")):
            found = [each.id for each in rows if any(pattern.search(text) for text in each.texts())]
            if found:
                yield Finding(self.name, "holds", f"{rows_in_words(len(found))} with {what}.", tuple(found))
