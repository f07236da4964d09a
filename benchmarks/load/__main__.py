"""Many users at once, over the API that OpenAI's clients speak, before a fake model: `python -m benchmarks.load`.

The model (20 ms to the first token, 50 tokens a second in every stream), `pilares serve` on a fresh home, and the users
are three processes. Each user has an account, a key and a connection, and asks the large model as it is
(`{"pilares": {"grounded": false}}`), so that what is measured is the service: sign-in, rights, limits, the fair queue,
the stream. First the same users ask the model directly, which is what first tokens are compared with.
"""

import argparse
import asyncio
import os

from benchmarks.load import service
from benchmarks.load.client import Target, users
from benchmarks.load.fake import TOKENS
from benchmarks.load.scenarios import Bare, crowding, leaving, streaming
from benchmarks.table import Row, options, parsed, publish

PLACES = 64
"""`limits.turns_at_once` of the installation; 8 is the default."""


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--seconds", type=float, default=300, help="how long the users stream")
    parser.add_argument("--users", type=int, default=50, help="how many stream")
    parser.add_argument("--crowd", type=int, default=200, help="how many come in the same moment, and leave")
    parser.add_argument("--tokens", type=int, default=TOKENS, help="tokens of an answer")
    parser.add_argument("--places", type=int, default=PLACES, help="limits.turns_at_once")
    chosen = parsed(parser)
    with service.model() as (address, fake):
        target, nobody = Target(address, chosen.tokens), [service.NO_KEY] * chosen.users
        bare = Bare(target, asyncio.run(users(target, nobody, max(5.0, chosen.seconds / 10), spread_s=3.0)))
        with service.pilares(address, max(chosen.users, chosen.crowd), chosen.places) as served:
            pids = {"pilares": served.process, "model": fake, "users": os.getpid()}
            rows = asyncio.run(_measured(served, bare, chosen, pids))
    publish("load", rows, chosen.json)


async def _measured(
    served: service.Served, bare: Bare, chosen: argparse.Namespace, pids: dict[str, int]
) -> list[Row]:  # fmt: skip
    everybody = served.keys[: chosen.users]
    await users(Target(served.address, chosen.tokens), everybody, 1.0, spread_s=1.0)  # what is lazy, loads
    return [
        *await streaming(served, bare, everybody, chosen.seconds, pids),
        *await crowding(served, bare, served.keys[: chosen.crowd]),
        *await leaving(served, bare, served.keys[: chosen.crowd], chosen.places),
    ]


if __name__ == "__main__":
    main()
