"""The adapters of an installation: immutable versions `topic@vN`, and the aliases that say which of them serve.

```
adapters/
  TOPIC/vN/         adapter_model.safetensors, adapter_config.json, adapter.gguf, card.json, manifest.json[, gate.json]
  aliases.json      {alias: "topic@vN"}: replaced as a whole, which is all that a promotion or a rollback is
  canaries.json     candidates that serve a part of the conversations
  withdrawn.json    versions that were trained on rows that are withdrawn now
  history.jsonl     who moved which alias, when, from where to where, and why
```
"""

from finetune.registry.aliases import Canary, Move
from finetune.registry.registry import Registry
from finetune.registry.version import Version

__all__ = ["Canary", "Move", "Registry", "Version"]
