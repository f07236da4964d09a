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
    "no_evidence": ("nothing found", "nada encontrado"),
    "slm_unavailable": ("the small model is not available", "el modelo pequeño no está disponible"),
    "llm_unavailable": ("the large model is not available", "el modelo grande no está disponible"),
    "escalated": ("checked and escalated", "comprobado y escalado"),
}
