"""What went wrong, said to the person who asked. The errors of `assistant.errors` carry their own sentences."""

ERRORS: dict[str, tuple[str, str]] = {
    "empty_question": ("Write a question first.", "Escribe antes una pregunta."),
    "question_too_long": (
        "The question has {length} characters; the limit is {limit}. Shorten it, or add the long text as a document.",
        "La pregunta tiene {length} caracteres y el límite es {limit}. Acórtala o añade el texto largo como documento.",
    ),
    "file_too_large": (
        "{name} has {size}; the limit is {limit}. Split the file, or raise knowledge.max_file_bytes in pilares.toml.",
        "{name} ocupa {size}; el límite es {limit}. Divide el archivo o sube knowledge.max_file_bytes en pilares.toml.",
    ),
    "body_too_large": (
        "The request is larger than the {limit} allowed here. Send less at once.",
        "La petición supera los {limit} permitidos aquí. Envía menos de una vez.",
    ),
    "malformed_request": (
        "The request cannot be read: {detail}.",
        "La petición no se puede leer: {detail}.",
    ),
    "version_unknown": (
        "There is no version {version} of this API. Ask below {known}.",
        "Esta API no tiene una versión {version}. Usa las direcciones que empiezan por {known}.",
    ),
    "foreign_host": (
        "This server only answers under the name it runs on (localhost). Open it as {address}.",
        "Este servidor solo responde con el nombre en el que se ejecuta (localhost). Ábrelo como {address}.",
    ),
    "foreign_origin": (
        "Requests from other sites are refused. Use the page of this server.",
        "Se rechazan las peticiones de otros sitios. Usa la página de este servidor.",
    ),
    "stopping": (
        "The server is stopping. Ask again in a moment.",
        "El servidor se está deteniendo. Vuelve a preguntar dentro de un momento.",
    ),
    "turn_stopped": (
        "The turn was stopped before it was answered. Ask again.",
        "El turno se detuvo antes de responder. Vuelve a preguntar.",
    ),
    "stream_gone": (
        "There is no such stream any more. Read the conversation: it has what was answered.",
        "Ese flujo ya no existe. Lee la conversación: tiene lo que se respondió.",
    ),
    "busy": (
        "Too many questions at once. Ask again in a moment.",
        "Demasiadas preguntas a la vez. Vuelve a preguntar dentro de un momento.",
    ),
    "name_taken": (
        "A document called {name} cannot be replaced here. Give the file another name.",
        "Un documento llamado {name} no se puede sustituir aquí. Pon otro nombre al archivo.",
    ),
    "source_exists": (
        "There is a source called {name} already. Give this one another name.",
        "Ya hay una fuente llamada {name}. Pon otro nombre a esta.",
    ),
    "source_kind_refused": (
        "Sources of the kind {kind} are not added or removed through the API. Use `pilares sources` at the server; "
        "server.api_sources in pilares.toml names the kinds that may be.",
        "Las fuentes de tipo {kind} no se añaden ni se quitan por la API. Usa `pilares sources` en el servidor; "
        "server.api_sources en pilares.toml nombra los tipos que sí pueden.",
    ),
    "source_option_refused": (
        "The option {option} is not set through the API. Use `pilares sources add` at the server.",
        "La opción {option} no se puede dar por la API. Usa `pilares sources add` en el servidor.",
    ),
    "not_found": ("Not found.", "No encontrado."),
    "unexpected": (
        "Something unexpected went wrong; the server's log has the details. Your question was kept. Try again.",
        "Algo inesperado salió mal; el registro del servidor tiene los detalles. Tu pregunta se ha guardado. "
        "Inténtalo de nuevo.",
    ),
}
