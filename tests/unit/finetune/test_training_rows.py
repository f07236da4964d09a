"""Rows as each method learns from them: the prompt is masked, the reply is learnt with its end."""

from finetune.testing.examples import WordTokens, an_example
from finetune.training.rows import MASKED, columns, rows_of

TOKENS = WordTokens()


def test_the_prompt_is_masked_and_the_reply_learnt_with_its_end() -> None:
    found = columns("sft", rows_of([an_example("Which way?", "That way.")], TOKENS), 1, 0)
    ids, labels = found["input_ids"][0], found["labels"][0]
    learnt = [token for token in labels if token != MASKED]
    assert TOKENS.text(learnt) == "That way.<|end|>"
    assert TOKENS.text(ids) == "<|user|>Which way?<|end|><|assistant|>That way.<|end|>"
    assert labels[: len(ids) - len(learnt)] == [MASKED] * (len(ids) - len(learnt))


def test_a_pair_has_both_replies() -> None:
    row = rows_of([an_example("Which way?", "That way.", kind="preference", rejected="No.")], TOKENS)[0]
    found = columns("dpo", [row], 1, 0)
    assert TOKENS.text(found["chosen_ids"][0]) == "That way.<|end|>"
    assert TOKENS.text(found["rejected_ids"][0]) == "No.<|end|>"
    assert row.tokens == 2 * len(row.prompt) + len(row.reply) + len(row.rejected)


def test_verdicts_are_paired_with_their_neighbours_reply_within_the_batch() -> None:
    rows = rows_of(
        [an_example(f"Question {n}?", f"Reply {n}.", kind="verdict", good=n % 2 == 0) for n in range(5)], TOKENS
    )
    found = columns("kto", rows, 2, 0)
    replies, turned = found["completion_ids"], found["KL_completion_ids"]
    assert turned[:2] == [replies[1], replies[0]]
    assert turned[2:4] == [replies[3], replies[2]]
    assert turned[4] == replies[4]
    assert found["label"].count(True) == 3
    assert [TOKENS.text(each) for each in replies] != [f"Reply {n}.<|end|>" for n in range(5)]
    assert found == columns("kto", rows, 2, 0)
