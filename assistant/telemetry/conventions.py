"""Names of attributes: OpenTelemetry's for generative AI (in development there, so pinned here), and our own.

https://opentelemetry.io/docs/specs/semconv/gen-ai/ (1.41)
"""

from collections.abc import Sequence

OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
AGENT = "gen_ai.agent.name"
CONVERSATION = "gen_ai.conversation.id"
DATA_SOURCE = "gen_ai.data_source.id"
REQUEST_MODEL = "gen_ai.request.model"
MAX_TOKENS = "gen_ai.request.max_tokens"
TEMPERATURE = "gen_ai.request.temperature"
RESPONSE_ID = "gen_ai.response.id"
RESPONSE_MODEL = "gen_ai.response.model"
FINISH_REASONS = "gen_ai.response.finish_reasons"
FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
INPUT = "gen_ai.input.messages"
OUTPUT = "gen_ai.output.messages"
ERROR = "error.type"

CHAT, INVOKE_AGENT, RETRIEVAL = "chat", "invoke_agent", "retrieval"
NAME = "pilares"
SPOKEN = "openai"
"""What models are spoken to in, wherever they run."""


LANGUAGE = "pilares.language"
INTENT = "pilares.intent"
SEARCHED = "pilares.documents_searched"
PASSAGES = "pilares.passages"
TIER = "pilares.route.tier"
REASON = "pilares.route.reason"
ESCALATED = "pilares.route.escalated"
ABSTAINED = "pilares.abstained"
CITATIONS = "pilares.citations"
COST = "pilares.cost"
STOPPED = "pilares.stopped"


def about_call(model: str) -> dict[str, str | bool | int | float | Sequence[str]]:
    """What is known of a call of a model before it is made."""
    return {OPERATION: CHAT, PROVIDER: SPOKEN, REQUEST_MODEL: model}
