"""The documents view: upload, list, reading a document."""

LIBRARY: dict[str, tuple[str, str]] = {
    "documents": ("Documents", "Documentos"),
    "add_documents": ("Add documents", "Añadir documentos"),
    "drop_here": ("Drop files to add them to the documents", "Suelta los archivos para añadirlos a los documentos"),
    "documents_empty": (
        "No documents yet. Add PDF, Word, Markdown, HTML or text files; you can also drop them on the page.",
        "Todavía no hay documentos. Añade archivos PDF, Word, Markdown, HTML o texto; también puedes soltarlos aquí.",
    ),
    "delete_document_question": ("Delete this document?", "¿Eliminar este documento?"),
    "document_deleted": ("Deleted: {name}", "Eliminado: {name}"),
    "passages_one": ("1 passage", "1 pasaje"),
    "passages_many": ("{number} passages", "{number} pasajes"),
    "upload_waiting": ("waiting", "en espera"),
    "upload_running": ("reading…", "leyendo…"),
    "upload_progress": ("indexing, {percent} %", "indexando, {percent} %"),
    "upload_added": ("added, {passages}", "añadido, {passages}"),
    "upload_unchanged": ("already here, unchanged", "ya estaba, sin cambios"),
    "upload_done": ("{added} of {number} added", "{added} de {number} añadidos"),
    "upload_title": ("Upload", "Subida"),
    "document_truncated": (
        "Only the part around the passage is shown.",
        "Solo se muestra la parte alrededor del pasaje.",
    ),
    "document_superseded": ("superseded by {title}", "sustituido por {title}"),
    "document_duplicate": ("nearly the same as {title}", "casi igual que {title}"),
    "document_scans_one": (
        "1 scanned page is left out: there is no text recognition",
        "Falta 1 página escaneada: no hay reconocimiento de texto",
    ),
    "document_scans_many": (
        "{number} scanned pages are left out: there is no text recognition",
        "Faltan {number} páginas escaneadas: no hay reconocimiento de texto",
    ),
    "document_pinned": ("ranked first where it is relevant", "aparece primero cuando viene al caso"),
    "document_hidden": ("hidden: answers do not use it", "oculto: las respuestas no lo usan"),
    "language_en": ("English", "inglés"),
    "language_es": ("Spanish", "español"),
}
