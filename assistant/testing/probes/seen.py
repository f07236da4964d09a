"""What a browser did that it must not have done."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Dialog, Page

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-extensions",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
)  # fmt: skip
_HOOKS = """for (const name of ['alert', 'confirm', 'prompt', 'print']) {
    window[name] = (...said) => window.hostileRan(`${name}(${said})`);
}"""
_NODES = """(root) => {
    const harmful = 'script iframe object embed base meta link img image audio video'.split(' ');
    const addresses = 'href src srcset action formaction xlink:href srcdoc background poster'.split(' ');
    const found = [];
    for (const each of root.querySelectorAll('*')) {
        if (harmful.includes(each.localName)) found.push(`<${each.localName}>`);
        for (const {name, value} of each.attributes) {
            if (name.startsWith('on')) found.push(name);
            if (addresses.includes(name) && /^[\\s\\x00-\\x1f]*(?:javascript|vbscript|data|file):/i.test(value)) {
                found.push(`${name}=${value}`);
            }
        }
    }
    return found;
}"""


@dataclass(frozen=True, slots=True)
class Seen:
    """Addresses that were asked for and are not ours, scripts that ran, and nodes that could do either."""

    requests: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()

    @property
    def harmless(self) -> bool:
        """Whether nothing happened that must not."""
        return not (self.requests or self.scripts or self.nodes)


@dataclass
class Watch:
    """Watches the pages of a context, from before their first script on. `own` are addresses that may be asked."""

    context: "BrowserContext"
    own: Collection[str]
    _requests: list[str] = field(default_factory=list)
    _scripts: list[str] = field(default_factory=list)
    _nodes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        allowed = {urlsplit(each).netloc for each in self.own}
        self.context.expose_binding("hostileRan", lambda _source, said: self._scripts.append(str(said)))
        self.context.add_init_script(_HOOKS)

        def asked(url: str) -> None:
            parts = urlsplit(url)
            if parts.scheme not in ("data", "blob", "about") and parts.netloc not in allowed:
                self._requests.append(url)

        self.context.on("request", lambda request: asked(request.url))
        self.context.on("dialog", self._dialog)

    def _dialog(self, dialog: "Dialog") -> None:
        self._scripts.append(dialog.message)
        dialog.dismiss()

    def look(self, page: "Page", root: str) -> None:
        """Note the harmful nodes below `root`, a JavaScript expression."""
        self._nodes += page.evaluate(f"() => ({_NODES})({root})")

    def take(self) -> Seen:
        """What was seen since the last time."""
        seen = Seen(tuple(self._requests), tuple(self._scripts), tuple(dict.fromkeys(self._nodes)))
        for each in (self._requests, self._scripts, self._nodes):
            each.clear()
        return seen
