"""Several threads and several openers on one database file."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from assistant.storage.conversations import Conversations
from assistant.testing.answers import an_answer

THREADS, TURNS = 8, 12


def test_eight_threads_on_one_conversation_lose_and_double_nothing(conversations: Conversations) -> None:
    begun = conversations.start("ana")

    def work(thread: int) -> None:
        for number in range(TURNS):
            turn = conversations.begin_turn("ana", begun.id, f"{thread}/{number}")
            conversations.turns("ana", begun.id)
            conversations.finish_turn(turn.id, an_answer(begun.id, f"answer {thread}/{number}"))

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
    turns = conversations.turns("ana", begun.id)
    assert [turn.position for turn in turns] == list(range(1, THREADS * TURNS + 1))
    assert {turn.question for turn in turns} == {f"{t}/{n}" for t in range(THREADS) for n in range(TURNS)}
    assert all(turn.answer and turn.answer.text == f"answer {turn.question}" for turn in turns)


def test_two_verdicts_at_the_same_time_leave_one_current(conversations: Conversations) -> None:
    begun = conversations.start("ana")
    turn = conversations.begin_turn("ana", begun.id, "q")
    answer = an_answer(begun.id)
    conversations.finish_turn(turn.id, answer)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda n: conversations.add_feedback("ana", answer.id, "up" if n % 2 else "down"), range(24)))
    assert len(conversations.feedback()) == 1
    assert len(conversations.feedback(history=True)) == 24


def test_processes_that_open_a_fresh_database_together_all_succeed(url: str) -> None:
    code = (
        "from assistant.storage.conversations import Conversations\n"
        f"c = Conversations.open({url!r}); c.start('ana'); c.close()"
    )
    running = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(4)]
    failures = [error for process in running if (error := process.communicate(timeout=60)[1])]
    assert failures == []
    with Conversations.open(url) as conversations:
        assert len(conversations.list("ana")) == 4


def test_what_was_acknowledged_survives_kill_9(url: str) -> None:
    code = (
        "import os, signal\n"
        "from assistant.storage.conversations import Conversations\n"
        f"c = Conversations.open({url!r}); b = c.start('ana')\n"
        "for n in range(5): c.begin_turn('ana', b.id, f'q{n}')\n"
        "print(b.id, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    with Conversations.open(url) as conversations:
        turns = conversations.turns("ana", result.stdout.strip())
    assert [turn.question for turn in turns] == [f"q{n}" for n in range(5)]
    assert {turn.state for turn in turns} == {"interrupted"}
