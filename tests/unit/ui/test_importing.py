"""What is loaded when, and what Gradio does not do to its installation."""

import subprocess
import sys
from pathlib import Path

CHECK_LIGHT = """
import sys
import assistant.api.app, assistant.api.server, assistant.testing.scripted
print([name for name in ("gradio", "torch", "chromadb", "transformers", "alembic", "pandas") if name in sys.modules])
"""
CHECK_QUICK = """
import ast
parsed = []
real = ast.parse
ast.parse = lambda source, *rest, **named: (parsed.append(source), real(source, *rest, **named))[1]
from assistant.ui.importing import import_gradio
gradio = import_gradio()
from assistant.ui.view import build_view
with gradio.Blocks(analytics_enabled=False) as blocks:
    build_view()
classes = [source[:60] for source in parsed if "class " in str(source)]
print(gradio is import_gradio(), classes, blocks.analytics_enabled)
"""


def output_of(code: str) -> str:
    root = Path(__file__).parents[3]
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120, cwd=root
    ).stdout.strip()


def test_the_application_imports_without_the_heavy_libraries() -> None:
    assert output_of(CHECK_LIGHT) == "[]"


def test_gradio_is_imported_without_parsing_and_rewriting_itself() -> None:
    assert output_of(CHECK_QUICK) == "True [] False"
