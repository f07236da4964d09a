"""The shipped adapter on the real embedder."""

import json
from hashlib import sha256
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from assistant.errors import ModelUnavailable
from assistant.finetuning.lines import ranked_lines
from assistant.finetuning.recipe import measured
from assistant.models.catalogue import ALL_MINILM, MULTILINGUAL_E5
from assistant.models.embedder import SentenceEmbedder, line_embedder
from finetune.lines import SHIPPED
from finetune.lora import CARD, WEIGHTS
from finetune.organisations import ORGANISATIONS
from finetune.organisations.organisation import read_organisations
from knowledge.settings import KnowledgeSettings


@pytest.fixture(scope="module")
def lines(e5: SentenceEmbedder) -> SentenceEmbedder:
    found = line_embedder(MULTILINGUAL_E5, e5)
    assert isinstance(found, SentenceEmbedder)
    return found


def test_it_ranks_lines_of_an_unseen_organisation_better(e5: SentenceEmbedder, lines: SentenceEmbedder) -> None:
    unseen = next(each for each in read_organisations(ORGANISATIONS) if each.held_out)
    figures = measured([list(ranked_lines(unseen, e5, KnowledgeSettings()))], e5, lines)
    base, adapter = figures["base"], figures["adapter"]
    assert adapter["all, right line in first 3"] >= base["all, right line in first 3"] + 0.05
    assert adapter["cross, right line in first 3"] >= base["cross, right line in first 3"] + 0.1


def test_it_is_another_model_and_says_so(e5: SentenceEmbedder, lines: SentenceEmbedder) -> None:
    assert lines.model_id.startswith(f"{e5.model_id}+")
    assert lines.dimension == e5.dimension
    question = ["How long can I keep a library book?"]
    assert float((lines.embed_queries(question) @ e5.embed_queries(question).T)[0, 0]) < 0.99
    assert np.allclose(np.linalg.norm(lines.embed_passages(["a", "b"]), axis=1), 1, atol=1e-3)


def test_the_table_of_words_is_in_memory_once(e5: SentenceEmbedder, lines: SentenceEmbedder) -> None:
    words = [each._model[0].model.get_input_embeddings().weight.data_ptr() for each in (e5, lines)]
    assert words[0] == words[1]
    assert e5._model.tokenizer is lines._model.tokenizer  # 350 MB, were it copied


def test_an_embedder_without_an_adapter_ranks_lines_itself(minilm: SentenceEmbedder) -> None:
    assert line_embedder(ALL_MINILM, minilm) is minilm


def test_no_adapter_is_a_choice(e5: SentenceEmbedder) -> None:
    assert line_embedder(MULTILINGUAL_E5, e5, "none") is e5


def test_an_own_adapter_takes_the_place_of_the_shipped_one(e5: SentenceEmbedder, tmp_path: Path) -> None:
    own = tmp_path / "own"
    copytree(SHIPPED, own)
    tensors = load_file(own / WEIGHTS)
    save_file({name: tensor / 2 for name, tensor in tensors.items()}, own / WEIGHTS)
    digest = sha256((own / WEIGHTS).read_bytes()).hexdigest()
    (own / CARD).write_text(json.dumps({**json.loads((own / CARD).read_text()), "sha256": digest}))
    assert line_embedder(MULTILINGUAL_E5, e5, str(own)).model_id.endswith(f"+{digest[:8]}")


def test_a_folder_without_an_adapter_says_what_to_do(e5: SentenceEmbedder, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match='lines_adapter = "none"'):
        line_embedder(MULTILINGUAL_E5, e5, str(tmp_path / "nothing"))


def test_an_own_adapter_of_another_model_is_refused(minilm: SentenceEmbedder) -> None:
    with pytest.raises(ModelUnavailable, match="another base model"):
        line_embedder(ALL_MINILM, minilm, str(SHIPPED))
