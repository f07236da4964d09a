"""Importing Gradio without what it does for its own developers.

For every component class Gradio parses that class's source and rewrites a stub (.pyi) beside it. That is half of its
import time and writes into the installation; and `ast.parse` in two threads at once (the models are loading beside us)
fails now and then with "AST constructor recursion depth mismatch", because CPython up to 3.12 counts the depth once per
interpreter (https://github.com/python/cpython/issues/106905).
"""

import os
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_SETTINGS = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    # Its own statistics of events, shown on a page we do not serve: a pandas table of all of them after each one.
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**12),
}
_MODULE, _STUB_WRITER = "gradio.component_meta", "create_or_modify_pyi"


def import_gradio() -> ModuleType:
    """The `gradio` module, imported quickly if this is the first time."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    if "gradio" not in sys.modules:
        finder = _WithoutStubs()
        sys.meta_path.insert(0, finder)
        try:
            import gradio  # noqa: F401
        finally:
            sys.meta_path.remove(finder)
    return sys.modules["gradio"]


class _WithoutStubs(MetaPathFinder, Loader):
    """Finds one module the ordinary way, and takes the stub writer out of it once it has run."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != _MODULE:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        self._original = spec.loader
        spec.loader = self
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._original.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._original.exec_module(module)
        if hasattr(module, _STUB_WRITER):  # another version of Gradio may do it elsewhere, or not at all
            setattr(module, _STUB_WRITER, lambda *_args, **_kwargs: None)
