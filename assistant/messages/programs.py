"""What programs are told that speak the OpenAI-compatible API."""

PROGRAMS: dict[str, tuple[str, str]] = {
    "part_refused": (
        "A message has a part of the type {kind}; text alone is read here.",
        "Un mensaje tiene una parte de tipo {kind}; aquí solo se lee texto.",
    ),
    "last_not_user": (
        "The last message has the role {role}; a question is the last message, with the role user.",
        "El último mensaje tiene el papel {role}; la pregunta es el último mensaje, con el papel user.",
    ),
    "model_unknown": (
        "There is no model {model}. GET /v1/models lists them: {known}.",
        "No hay ningún modelo {model}. GET /v1/models los enumera: {known}.",
    ),
    "one_answer": (
        "One answer is given to a question; n is 1.",
        "A cada pregunta se da una respuesta; n es 1.",
    ),
    "needs_grounding_off": (
        "The model {model} answers without the documents alone. Send tools, a response_format or "
        '{{"pilares": {{"grounded": false}}}}.',
        "El modelo {model} solo responde sin los documentos. Envía tools, un response_format o "
        '{{"pilares": {{"grounded": false}}}}.',
    ),
    "response_refused": (
        "`{name}` is not done here. Leave it out; `previous_response_id` goes on with a response.",
        "Aquí no se hace `{name}`. No lo envíes; `previous_response_id` sigue a una respuesta.",
    ),
    "tool_refused": (
        "Tools of the type {kind} are not called here. Send functions alone; documents are searched without tools, or "
        "with file_search alone.",
        "Aquí no se usan herramientas de tipo {kind}. Envía solo funciones; en los documentos se busca sin ellas "
        "o con file_search sola.",
    ),
    "tool_choice_refused": (
        'The tool_choice is "auto", "none", "required", or {{"type": "function", "name": ...}}.',
        'El tool_choice es "auto", "none", "required" o {{"type": "function", "name": ...}}.',
    ),
    "mcp_working": ("The answer is in the making.", "La respuesta se está preparando."),
    "kept_here": (
        "The request has personal data ({kind}); routing.privacy keeps it on this computer, and no model runs here.",
        "La petición tiene datos personales ({kind}) y routing.privacy los mantiene en modelos de este equipo; "
        "no hay ninguno.",
    ),
    "local_only_refused": (
        "local-only was asked for, and no model runs on this computer.",
        "Se pidió local-only y ningún modelo se ejecuta en este equipo.",
    ),
    "file_unknown": (
        "There is no such file. GET /v1/files lists those that may be read.",
        "No hay tal archivo. GET /v1/files enumera los que se pueden leer.",
    ),
    "tokens_refused": (
        "Input is text, or a list of texts; tokens are not read. With LangChain, set check_embedding_ctx_length=False.",
        "La entrada es texto o una lista de textos; no se leen tokens. Con LangChain, usa "
        "check_embedding_ctx_length=False.",
    ),
    "dimensions_refused": (
        "Vectors of {model} have {dimension} dimensions; leave `dimensions` out.",
        "Los vectores de {model} tienen {dimension} dimensiones; no envíes `dimensions`.",
    ),
}
