"""The embedder's table of words takes half the memory, when that changes no vector."""

import torch

from assistant.models.embedder import keep_words_small


class Network(torch.nn.Module):
    def __init__(self, table: torch.Tensor) -> None:
        super().__init__()
        self.words = torch.nn.Embedding(table.shape[0], table.shape[1], _weight=table)

    def get_input_embeddings(self) -> torch.nn.Embedding:
        return self.words


def table(values: list[float]) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float32).reshape(-1, 2)


def test_what_float16_holds_is_kept_in_it_and_looked_up_in_float32() -> None:
    values = table([0.5, -1.25, 3.0, 0.0625])
    network = Network(values.clone())
    keep_words_small(network)
    assert network.words.weight.dtype == torch.float16
    found = network.words(torch.tensor([1, 0]))
    assert found.dtype == torch.float32
    assert torch.equal(found, values[[1, 0]])


def test_what_float16_cannot_hold_is_left_as_it_is() -> None:
    for value in (1.0 + 2.0**-20, 1e6):
        network = Network(table([0.5, value]))
        keep_words_small(network)
        assert network.words.weight.dtype == torch.float32


def test_a_table_of_another_kind_is_left_as_it_is() -> None:
    network = Network(table([0.5, 1.0]).bfloat16())
    keep_words_small(network)
    assert network.words.weight.dtype == torch.bfloat16
