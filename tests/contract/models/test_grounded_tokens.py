"""What the grounded adapter learns from is, token for token, what llama.cpp will put before it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.finetuning.wording import chat_of, worded
from assistant.models.catalogue import QWEN_05B
from assistant.models.download import require
from assistant.models.embedder import quiet_transformers
from assistant.models.llamacpp import LlamaCppEngine
from finetune.grounded.evidence import EvidenceBlock, EvidenceLine
from finetune.grounded.examples import Alone, Pick, Stands
from finetune.grounded.tokens import ChatTokenizer

pytestmark = pytest.mark.models

BLOCKS = (EvidenceBlock("Tarifas > Año 2026", "a.md", (EvidenceLine("Ciudad: Vigo | Precio: 1.250,50 €"),)),)
EXAMPLES = [
    Pick("¿Cuánto cuesta en Vigo?", "es", BLOCKS, (0,), (0,), "En Vigo, 1.250,50 €."),
    Stands("It costs 1,250.50 €  \u00a0in “Vigo” 🙂", BLOCKS, True),
    Alone("and <b>Porto</b>?", "How much in Vigo?\n\nNow", "1.250,50 €", "How much in Porto?"),
]


@pytest.fixture(scope="module")
def tokenizer(models_folder: Path) -> ChatTokenizer:
    require(QWEN_05B, models_folder)
    with quiet_transformers():
        return ChatTokenizer(QWEN_05B.weights(models_folder))


@pytest.fixture(scope="module")
def served(models_folder: Path) -> Iterator[httpx.Client]:
    engine = LlamaCppEngine(require(QWEN_05B, models_folder) / QWEN_05B.files[0].name, context_tokens=512, parallel=1)
    base, headers = engine.base_url.removesuffix("/v1"), {"Authorization": f"Bearer {engine.api_key}"}
    with httpx.Client(base_url=base, headers=headers, trust_env=False) as client:
        yield client
    engine.stop()


def _asked(client: httpx.Client, path: str, **body: Any) -> Any:
    answer = client.post(path, json=body)
    answer.raise_for_status()
    return answer.json()


@pytest.mark.parametrize("example", EXAMPLES)
def test_prompts_are_the_tokens_that_are_served(tokenizer: ChatTokenizer, served: httpx.Client, example: Any) -> None:
    chat = chat_of(worded(example).messages)
    messages = [{"role": role, "content": content} for role, content in chat]
    prompt = _asked(served, "/apply-template", messages=messages)["prompt"]
    turns = "".join(f"<|im_start|>{role}\n{content}<|im_end|>\n" for role, content in chat)
    assert prompt == f"{turns}<|im_start|>assistant\n"
    tokens = _asked(served, "/tokenize", content=prompt, add_special=False, parse_special=True)["tokens"]
    assert tokenizer.prompt(chat) == tokens


def test_replies_begin_with_one_token_for_each_label(tokenizer: ChatTokenizer, served: httpx.Client) -> None:
    chat = [("user", "Which?")]
    row = tokenizer.row(chat, "B C\nIn Vigo.", ("B", "C"))
    reply = "B C\nIn Vigo.<|im_end|>"
    assert list(row.tokens[row.start :]) == _asked(served, "/tokenize", content=reply, parse_special=True)["tokens"]
    assert row.tokens[row.start] == row.first[0]
    labels = {tokenizer.of(label)[0] for label in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0"}
    assert len(labels) == 27


def test_a_choice_alone_is_its_label(tokenizer: ChatTokenizer) -> None:
    row = tokenizer.row([("user", "Which?")], "B", ("B", "C"), whole=False)
    assert row.tokens[row.start :] == row.first[:1]
