"""Why a model was chosen: `Route.reason` is a key of this table, `tier_*` names the model's size."""

ROUTES: dict[str, tuple[str, str]] = {
    "tier_slm": ("Small model", "Modelo pequeño"),
    "tier_llm": ("Large model", "Modelo grande"),
    "tier_none": ("No model", "Sin modelo"),
    "small_talk": ("small talk", "conversación"),
    "clear_evidence": ("clear evidence", "evidencia clara"),
    "one_line": ("a question to look up", "pregunta de consulta"),
    "hard_question": ("hard question", "pregunta difícil"),
    "several_parts": ("several parts", "varias partes"),
    "comparison": ("comparison", "comparación"),
    "follow_up_hard": ("follow-up to a hard question", "continúa una pregunta difícil"),
    "forced_slm": ("you chose it", "elegido por ti"),
    "forced_llm": ("you chose it", "elegido por ti"),
    "all_documents": ("every document was gone through", "se han revisado todos los documentos"),
    "task": ("a task", "una tarea"),
    "document_summary": ("a summary of a document", "resumen de un documento"),
    "which_document": ("which document is meant", "de qué documento se trata"),
    "translation": ("a translation", "una traducción"),
    "draft": ("a draft", "un borrador"),
    "no_evidence": ("nothing found", "nada encontrado"),
    "slm_unavailable": ("the small model is not available", "el modelo pequeño no está disponible"),
    "llm_unavailable": ("the large model is not available", "el modelo grande no está disponible"),
    "judged_easy": ("the small model is very likely enough", "muy probablemente basta el modelo pequeño"),
    "judged_between": ("the small model first, checked", "primero el modelo pequeño, con comprobación"),
    "judged_hard": ("the large model is likely needed", "probablemente hace falta el modelo grande"),
    "stays": ("the conversation keeps its model", "la conversación mantiene su modelo"),
    "task_running": ("the task keeps its model", "la tarea mantiene su modelo"),
    "budget_spent": ("the large model's budget is used up", "el presupuesto del modelo grande está agotado"),
    "kept_restricted": (
        "a restricted document stays on this computer",
        "un documento restringido no sale de este ordenador",
    ),
    "kept_personal_data": ("personal data stays on this computer", "los datos personales no salen de este ordenador"),
    "kept_local_only": ("only models on this computer", "solo modelos en este ordenador"),
    "kept_conversation": (
        "the conversation holds something that stays on this computer",
        "la conversación contiene algo que no sale de este ordenador",
    ),
    "no_local_model": (
        "This turn may only be answered on this computer, and no model runs here. Set `slm` to a local model in "
        "pilares.toml.",
        "Este turno solo puede responderse en este ordenador y aquí no hay ningún modelo. Pon un modelo local como "
        "`slm` en pilares.toml.",
    ),
    "escalated": ("checked and escalated", "comprobado y escalado"),
}
