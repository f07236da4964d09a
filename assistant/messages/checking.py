"""Checking a claim or a pasted text against the documents."""

CHECKING: dict[str, tuple[str, str]] = {
    "claims_checked": ("checked against the documents", "comprobado con los documentos"),
    "reading_sentence": ("Checking sentence {line} of {lines}…", "Comprobando la frase {line} de {lines}…"),
    "check_what": (
        "Paste the text that I should check, right behind your request.",
        "Pega el texto que quieres que compruebe, justo detrás de tu petición.",
    ),
    "check_nothing": (
        "There is nothing in that text that documents could back: no statement, only greetings, questions or headings.",
        "En ese texto no hay nada que los documentos puedan respaldar: ninguna afirmación, solo saludos, preguntas o "
        "títulos.",
    ),
    "check_sentences_one": ("{number} sentence", "{number} frase"),
    "check_sentences_many": ("{number} sentences", "{number} frases"),
    "check_sum_one": ("{number} of {all} is backed by the documents", "{number} de {all} está respaldada"),
    "check_sum_many": ("{number} of {all} are backed by the documents", "{number} de {all} están respaldadas"),
    "check_sum_contradicted_one": ("{number} is contradicted", "{number} se contradice con los documentos"),
    "check_sum_contradicted_many": ("{number} are contradicted", "{number} se contradicen con los documentos"),
    "check_sum_not_found_one": ("{number} is not in the documents", "{number} no está en los documentos"),
    "check_sum_not_found_many": ("{number} are not in the documents", "{number} no están en los documentos"),
    "check_supported": ("**Backed:** {sentence}", "**Respaldada:** {sentence}"),
    "check_contradicted": ("**Contradicted:** {sentence}", "**Contradicha:** {sentence}"),
    "check_not_found": ("**Not in the documents:** {sentence}", "**No está en los documentos:** {sentence}"),
    "check_no_claim": ("Nothing to check: {sentence}", "Nada que comprobar: {sentence}"),
    "check_line_backs": ("{quote}", "{quote}"),
    "check_line_says": ("The documents say instead: {quote}", "Los documentos dicen otra cosa: {quote}"),
    "check_one_supported": ("Yes, the documents say so:", "Sí, los documentos lo dicen:"),
    "check_one_contradicted": ("No, as far as I can tell.", "No, por lo que veo."),
    "check_one_not_found": (
        "The documents that I can search do not say.",
        "Los documentos en los que puedo buscar no lo dicen.",
    ),
    "check_left_one": (
        "One more sentence was not checked, as there are too many: “{first}”",
        "Una frase más no se ha comprobado, porque son demasiadas: «{first}»",
    ),
    "check_left_many": (
        "{number} more sentences were not checked, as there are too many, from this one on: “{first}”",
        "{number} frases más no se han comprobado, porque son demasiadas, desde esta: «{first}»",
    ),
}
