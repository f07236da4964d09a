"""Sentence embeddings with sentence-transformers, from a folder on this computer."""

import contextlib
import copy
import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import ModelUnavailable
from assistant.models.catalogue import MULTILINGUAL_E5, Model
from assistant.models.cores import wait_without_spinning
from assistant.models.download import require
from finetune.errors import AdapterInvalid
from finetune.lines import SHIPPED
from finetune.lora import Adapter
from knowledge.embedder import Embedder, Vectors

TOKENS_AT_ONCE = 4096
"""Tokens in one batch, padding counted: enough to keep the processor busy, little enough to stay in its cache."""


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What a model was trained to see before a passage and before a question."""

    passage: str = ""
    query: str = ""


E5_PREFIXES = Prefixes("passage: ", "query: ")


class SentenceEmbedder:
    """Implements `knowledge.embedder.Embedder`; safe to use from several threads.

    Runs in bfloat16 where the processor computes in it (three times as fast as float32; vectors differ by a cosine of
    0.998), else in float32. Texts longer than the model's window are cut there.
    """

    def __init__(self, folder: Path, model_id: str, prefixes: Prefixes = Prefixes()) -> None:
        self.model_id = model_id
        self._prefixes = prefixes
        self._lock = threading.Lock()
        self._model = _load(folder)
        self.dimension: int = self._model.get_embedding_dimension()
        tokenizer = self._model.tokenizer
        self._window = min(int(self._model.max_seq_length), int(tokenizer.model_max_length))
        self._begin, self._end, self._pad = tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id
        self._tokens = tokenizer.backend_tokenizer
        self._tokens.no_truncation()
        self._tokens.no_padding()

    def adapted(self, adapter: Adapter, base_sha256: str) -> "SentenceEmbedder":
        """The same model with an adapter merged in; tokenizer and table of words (four fifths of it) are shared.

        Raises AdapterInvalid.
        """
        other = copy.copy(self)
        words = self._model[0].model.get_input_embeddings().weight
        tokenizer = self._model.tokenizer
        other._model = copy.deepcopy(self._model, {id(words): words, id(tokenizer): tokenizer})
        other._lock = threading.Lock()
        adapter.merge_into(other._model[0].model, base_sha256)
        other.model_id = f"{self.model_id}+{adapter.version}"
        return other

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts that will be searched: float32, shape (len(texts), dimension), rows of length 1."""
        return self._embed([self._prefixes.passage + text for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions: float32, shape (len(texts), dimension), rows of length 1."""
        return self._embed([self._prefixes.query + text for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens of each text, prefix and special tokens not counted."""
        return [len(ids) for ids in self._encode(texts)]

    def _encode(self, texts: Sequence[str]) -> list[list[int]]:
        # lone surrogates, as broken documents have them, cannot cross into the tokenizer
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        return [found.ids for found in self._tokens.encode_batch_fast(clean, add_special_tokens=False)]

    def _embed(self, texts: Sequence[str]) -> Vectors:
        rows = [[self._begin, *ids[: self._window - 2], self._end] for ids in self._encode(texts)]
        vectors = np.empty((len(rows), self.dimension), dtype=np.float32)
        for batch in batches([len(row) for row in rows], TOKENS_AT_ONCE):
            vectors[batch] = self._forward([rows[index] for index in batch])
        return vectors

    def _forward(self, rows: Sequence[Sequence[int]]) -> Vectors:
        import torch

        ids = np.full((len(rows), max(map(len, rows))), self._pad, dtype=np.int64)
        mask = np.zeros_like(ids)
        for index, row in enumerate(rows):
            ids[index, : len(row)] = row
            mask[index, : len(row)] = 1
        features = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
        with self._lock, torch.inference_mode():
            found: Vectors = self._model(features)["sentence_embedding"].float().numpy()
        found /= np.linalg.norm(found, axis=1, keepdims=True)  # in bfloat16 a length is 1 to two digits only
        return found


def batches(lengths: Sequence[int], tokens_at_once: int) -> list[npt.NDArray[np.intp]]:
    """Indices of texts to embed together: of like length, and at most that many tokens with padding (or one text)."""
    order = np.argsort(np.asarray(lengths, dtype=np.intp), kind="stable")
    cuts = [0]
    for place, index in enumerate(order):
        if place > cuts[-1] and (place - cuts[-1] + 1) * lengths[index] > tokens_at_once:
            cuts.append(place)
    return [order[start:end] for start, end in pairwise([*cuts, len(order)]) if end > start]


def line_embedder(model: Model, embedder: Embedder, adapter: str = "shipped") -> Embedder:
    """The embedder that ranks single lines: with the shipped adapter where it fits, one of a folder, or as it is.

    Raises ModelUnavailable when the adapter cannot be used with this model.
    """
    if adapter == "none" or not isinstance(embedder, SentenceEmbedder):
        return embedder
    try:
        if adapter != "shipped":
            return embedder.adapted(Adapter(Path(adapter).expanduser()), model.files[0].sha256)
        shipped = Adapter(SHIPPED)
        return embedder.adapted(shipped, model.files[0].sha256) if shipped.card["base"] == model.name else embedder
    except AdapterInvalid as error:
        raise ModelUnavailable(f'{error} Or set lines_adapter = "none" in pilares.toml to do without.') from error


def load_embedder(model: Model, models_folder: Path) -> SentenceEmbedder:
    """The embedder of a catalogue model. Raises ModelUnavailable when it is not on disk, ModelCorrupt when damaged."""
    folder = require(model, models_folder)
    prefixes = E5_PREFIXES if model is MULTILINGUAL_E5 else Prefixes()
    return SentenceEmbedder(folder / (model.assembled or ""), embedder_id(model), prefixes)


def embedder_id(model: Model) -> str:
    """The `model_id` a catalogue model has as an embedder: its name and the beginning of its file's hash."""
    return f"{model.name}-{model.files[0].sha256[:8]}"


def _load(folder: Path) -> Any:
    wait_without_spinning()
    import torch
    from sentence_transformers import SentenceTransformer

    dtype = torch.bfloat16 if computes_bfloat16() else torch.float32
    with quiet_transformers():
        try:
            model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": dtype})
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelUnavailable(
                f"The embedding model in {folder} cannot be loaded ({error}). Run `pilares models list` to see what is "
                "installed and `pilares models pull NAME` to fetch it again."
            ) from error
    keep_words_small(model[0].model)
    return model


def keep_words_small(network: Any) -> None:
    """Hold the table of words in float16 where that loses nothing: half the memory of four fifths of the model.

    What is looked up comes out in float32, as before. The default model is published in 4 bits, which float16 holds.
    """
    import torch

    table = network.get_input_embeddings()
    if table.weight.dtype != torch.float32:
        return
    half = table.weight.detach().half()
    if torch.equal(half.float(), table.weight):
        table.weight = torch.nn.Parameter(half, requires_grad=False)
        table.register_forward_hook(_to_float32)


def _to_float32(_table: Any, _ids: Any, found: Any) -> Any:
    return found.float()


def computes_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 numbers itself; elsewhere it is slower than float32."""
    import torch

    can = torch.cpu.get_capabilities()
    return bool(can.get("avx512_bf16") or can.get("amx_bf16"))


@contextlib.contextmanager
def quiet_transformers() -> Iterator[None]:
    """Without progress bars and load reports on the terminal."""
    from transformers.utils import logging as theirs

    bars, level = theirs.is_progress_bar_enabled(), theirs.get_verbosity()
    theirs.disable_progress_bar()  # type: ignore[no-untyped-call]
    theirs.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        theirs.set_verbosity(level)
        if bars:
            theirs.enable_progress_bar()  # type: ignore[no-untyped-call]
