"""Our own words inside answers and under them."""

ANSWERS: dict[str, tuple[str, str]] = {
    "curated_note": (
        "Answer approved by {name}, reviewed on {date}.",
        "Respuesta aprobada por {name}, revisada el {date}.",
    ),
    "abstention": ("The documents do not say.", "Los documentos no lo dicen."),
    "abstention_searched_one": (
        "The documents do not say. I searched 1 document: {names}.",
        "Los documentos no lo dicen. He buscado en 1 documento: {names}.",
    ),
    "abstention_searched_many": (
        "The documents do not say. I searched {number} documents, among them: {names}.",
        "Los documentos no lo dicen. He buscado en {number} documentos, entre ellos: {names}.",
    ),
    "abstention_no_documents": (
        "There are no documents to search yet. Add some and ask again.",
        "Todavía no hay documentos donde buscar. Añade algunos y vuelve a preguntar.",
    ),
    "abstention_title": ("Not in the documents", "No está en los documentos"),
    "searched_one": ("searched 1 document", "buscado en 1 documento"),
    "searched_many": ("searched {number} documents", "buscado en {number} documentos"),
    "revised_unsupported": (
        "The first draft was not backed by the documents, so it was replaced.",
        "El primer borrador no estaba respaldado por los documentos y se ha sustituido.",
    ),
    "revised_escalated": (
        "The small model was not sure enough, so the large one answered.",
        "El modelo pequeño no estaba lo bastante seguro, así que respondió el grande.",
    ),
    "revised_quoted": (
        "The draft did not keep to the figures of its source, so the source is quoted instead.",
        "El borrador no respetaba las cifras de su fuente, así que se cita la fuente.",
    ),
    "revised_disagree": (
        "The sources disagree, so both are shown.",
        "Las fuentes no coinciden, así que se muestran las dos.",
    ),
    "revised_unspecified": (
        "More than one document may apply, so both are shown.",
        "Puede aplicarse más de un documento, así que se muestran los dos.",
    ),
    "disagree": ("The documents disagree about this:", "Los documentos no coinciden en esto:"),
    "disagree_dated": (
        "The documents disagree about this; the newest comes first:",
        "Los documentos no coinciden en esto; el más reciente va primero:",
    ),
    "unspecified": ("That depends on which of these applies:", "Depende de cuál de estos se aplique:"),
    "unspecified_ask": ("Which one is it about?", "¿De cuál se trata?"),
    "documents_say": ("The documents say:", "Los documentos dicen:"),
    "swept_one": (
        "I went through {searched}; 1 of them speaks of “{subject}”:",
        "He revisado {searched}; 1 de ellos habla de «{subject}»:",
    ),
    "swept_many": (
        "I went through {searched}; {number} of them speak of “{subject}”:",
        "He revisado {searched}; {number} de ellos hablan de «{subject}»:",
    ),
    "swept_at_least": (
        "I went through {searched}; at least {number} of them speak of “{subject}”:",
        "He revisado {searched}; al menos {number} de ellos hablan de «{subject}»:",
    ),
    "swept_first": ("These are the {number} that fit best:", "Estos son los {number} que mejor encajan:"),
    "listed_rows": ("the first {number} of {rows} rows", "las primeras {number} de {rows} filas"),
    "listed_row": ("one of {rows} rows:", "una de {rows} filas:"),
    "all_documents_one": ("the only document there is", "el único documento que hay"),
    "all_documents_many": ("all {number} documents", "los {number} documentos"),
    "revised": ("The draft was checked and replaced.", "El borrador se ha comprobado y sustituido."),
    "unsupported_legend": (
        "Underlined: no sentence in the documents was found to back this.",
        "Subrayado: no se encontró en los documentos ninguna frase que lo respalde.",
    ),
    "unsupported_mark": ("Not backed by the documents", "Sin respaldo en los documentos"),
    "withheld": (
        "This answer is not shown: it rests on a document that you may not read now, or that is no longer there.",
        "Esta respuesta no se muestra: se apoya en un documento que ahora no puedes leer o que ya no está.",
    ),
    "withheld_passage": (
        "Not shown: you may not read this document now, or it is no longer there.",
        "No se muestra: ahora no puedes leer este documento o ya no está.",
    ),
    "withheld_title": ("A document that is not shown", "Un documento que no se muestra"),
    "interrupted": ("Stopped before the answer was complete.", "Se detuvo antes de completar la respuesta."),
    "failed": ("No answer: something went wrong.", "Sin respuesta: algo salió mal."),
}
