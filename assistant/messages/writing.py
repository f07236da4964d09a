"""Summaries, translations and drafts: what is said around them."""

WRITING: dict[str, tuple[str, str]] = {
    # Which document
    "which_document_ask": (
        "More than one document fits. Which one do you mean? Say its number or its name.",
        "Encaja más de un documento. ¿A cuál te refieres? Di su número o su nombre.",
    ),
    "document_unnamed": (
        "Which document do you mean? Say its name or its title.",
        "¿A qué documento te refieres? Di su nombre o su título.",
    ),
    "document_not_found": (
        "I find no document called “{name}” among those you may read.{titles}",
        "No encuentro ningún documento llamado «{name}» entre los que puedes leer.{titles}",
    ),
    "document_not_found_near": (
        "I find no document called “{name}” among those you may read. The nearest titles are:\n\n{titles}",
        "No encuentro ningún documento llamado «{name}» entre los que puedes leer. Los títulos más cercanos son:\n\n"
        "{titles}",
    ),
    # Summaries
    "summary_opening": ("**{title}**: the main points.", "**{title}**: lo principal."),
    "summary_translated": (
        "(Translated; the quotations below are in the language of the document.)",
        "(Traducido; las citas de abajo están en el idioma del documento.)",
    ),
    "summary_covers": (
        "This covers {covered} of its {sections} sections.",
        "Esto abarca {covered} de sus {sections} apartados.",
    ),
    "summary_left_out": ("Left out: {names}.", "Fuera quedan: {names}."),
    "summary_nothing": (
        "There is no sentence in “{title}” that a summary could be made of.",
        "En «{title}» no hay ninguna frase con la que hacer un resumen.",
    ),
    # Translations
    "spoken_en": ("English", "inglés"),
    "spoken_es": ("Spanish", "español"),
    "translation_only": (
        "I translate between English and Spanish. {name} is not a language that the model here is good at, so I leave "
        "it.",
        "Traduzco entre inglés y español. El modelo de aquí no domina ese idioma ({name}), así que lo dejo.",
    ),
    "translation_there": ("That is in {name} already.", "Eso ya está en {name}."),
    "translation_of_what": (
        "What shall I translate? Send the text, or name a document.",
        "¿Qué traduzco? Envía el texto o nombra un documento.",
    ),
    "section_not_found": (
        "“{title}” has no section of that name. Its sections are: {names}.",
        "«{title}» no tiene ningún apartado con ese nombre. Sus apartados son: {names}.",
    ),
    "translation_covers": (
        "This is the first {percent} % of “{title}”. Name a section for the rest.",
        "Esto es el primer {percent} % de «{title}». Para lo demás, nombra un apartado.",
    ),
    "translation_unchecked": (
        "(Translated by a small model: figures, codes and addresses were compared, the wording was not.)",
        "(Traducido por un modelo pequeño: se han comparado cifras, códigos y direcciones, no las palabras.)",
    ),
    "translation_check": ("Check this paragraph: {why}. The original:", "Revisa este párrafo: {why}. El original:"),
    "translation_lost": ("the translation lacks {items}", "a la traducción le falta {items}"),
    "translation_added": ("it has {items}, which the original does not", "tiene {items}, que el original no tiene"),
    "translation_doubtful": ("it may not be a whole translation", "puede que no sea una traducción completa"),
    # Drafts
    "draft_title": ("Draft: check it before you send it.", "Borrador: revísalo antes de enviarlo."),
    "draft_unsent": ("Nothing has been sent.", "No se ha enviado nada."),
    "draft_fill_in": ("To be filled in: {blanks}.", "Por rellenar: {blanks}."),
    "draft_left_out_one": (
        "One sentence was left out: neither your request nor the documents say what it stated.",
        "Se ha quitado una frase: ni tu petición ni los documentos dicen lo que afirmaba.",
    ),
    "draft_left_out_many": (
        "{number} sentences were left out: neither your request nor the documents say what they stated.",
        "Se han quitado {number} frases: ni tu petición ni los documentos dicen lo que afirmaban.",
    ),
    "draft_facts": ("What the documents say about it:", "Lo que dicen los documentos al respecto:"),
    "draft_no_facts": (
        "No document clearly bears on this, so the draft holds only what you said.",
        "Ningún documento trata claramente de esto, así que el borrador solo recoge lo que has dicho.",
    ),
    "draft_subject": ("Subject: {subject}", "Asunto: {subject}"),
    "draft_note": ("Please note:", "Tenga en cuenta lo siguiente:"),
    "draft_note_familiar": ("Please note:", "Ten en cuenta lo siguiente:"),
    "draft_regards": ("Kind regards,", "Un cordial saludo,"),
    "blank_amount": ("amount", "importe"),
    "blank_date": ("date", "fecha"),
    "blank_deadline": ("deadline", "plazo"),
    "blank_email": ("e-mail address", "correo"),
    "blank_link": ("link", "enlace"),
    "blank_name": ("name", "nombre"),
    "blank_number": ("number", "número"),
    "blank_signature": ("your name", "tu nombre"),
    "blank_telephone": ("telephone", "teléfono"),
    "blank_time": ("time", "hora"),
}
