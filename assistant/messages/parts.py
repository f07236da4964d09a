"""Answers to questions of several parts, and comparisons."""

PARTS: dict[str, tuple[str, str]] = {
    "part_missing": ("The documents do not say: “{part}”.", "Los documentos no dicen: «{part}»."),
    "lines_leave_out": ("This does not say: “{part}”.", "Esto no dice: «{part}»."),
    "part_lines": ("About “{part}” the documents say:", "Sobre «{part}» los documentos dicen:"),
    "compared_line": ("- **{label}**: {text}", "- **{label}**: {text}"),
    "compared_missing": (
        "- **{label}**: the documents do not say.",
        "- **{label}**: los documentos no lo dicen.",
    ),
    "compared_gap": (
        "The difference is {amount}; the higher is {label}.",
        "La diferencia es de {amount}; lo más alto es {label}.",
    ),
    "compared_same": ("Both are the same: {amount}.", "Es lo mismo en los dos casos: {amount}."),
    "compared_apart": ("Difference", "Diferencia"),
}
