"""Trains adapters on versions of datasets: a plan, a process of its own, a log of events, checkpoints, a result.

```
runs/
  .lock, holder.json    one training at a time, and which
  RUN/plan.json         everything that is needed to repeat it
  RUN/events.jsonl      what has happened, one JSON object a line; only ever grows
  RUN/checkpoints/      by stage; one counts when it is whole
  RUN/stages/           the best adapter of each stage that is over
  RUN/result/           the adapter for peft and for llama.cpp, and its card
```
"""
