"""What of a text in the making will not change any more: for platforms that only append."""

from connectors.markdown.tree import PLAIN, Blocks, Paragraph, Run


def stable(blocks: Blocks) -> Blocks:
    """What will still be there, as it is, whatever is written next."""
    if not blocks:
        return ()
    *whole, last = blocks
    if isinstance(last, Paragraph) and not last.level and last.runs and last.runs[0].style == PLAIN:
        words = last.runs[0].text
        end = max(words.rfind(f"{mark} ") for mark in ".!?") + 1
        if end > 0 and not set("*_`~[") & set(words[:end]):
            return (*whole, Paragraph((Run(words[:end]),)))
    return tuple(whole)
