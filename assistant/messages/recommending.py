"""Recommending from a catalogue."""

RECOMMENDING: dict[str, tuple[str, str]] = {
    "recommended": ("chosen from a catalogue", "elegido de un catálogo"),
    "recommend_fitting_one": (
        "One of {total} in **{title}** has what you ask for ({asked}):",
        "Una de {total} opciones de **{title}** cumple lo que pides ({asked}):",
    ),
    "recommend_fitting_many": (
        "{number} of {total} in **{title}** have what you ask for ({asked}):",
        "{number} de {total} opciones de **{title}** cumplen lo que pides ({asked}):",
    ),
    "recommend_found_one": (
        "There is one in **{title}**:",
        "Hay una sola opción en **{title}**:",
    ),
    "recommend_found_many": (
        "Of {number} in **{title}**, what comes nearest to your wishes:",
        "De {number} opciones de **{title}**, lo que más se acerca a lo que buscas:",
    ),
    "recommend_none_one": (
        "There is only one in **{title}**, and it does not have all you ask for ({asked}):",
        "En **{title}** solo hay una opción y no cumple todo lo que pides ({asked}):",
    ),
    "recommend_none_many": (
        "None of the {number} in **{title}** has all you ask for ({asked}). The nearest:",
        "Ninguna de las {number} opciones de **{title}** cumple todo lo que pides ({asked}). Las más cercanas:",
    ),
    "recommend_near": (
        "Nothing is called “{thing}” there; this comes nearest to it.",
        "No hay nada que se llame «{thing}»; esto es lo más parecido.",
    ),
    "recommend_misses": ("Misses: {missed}", "No cumple: {missed}"),
    "recommend_missed": ("{asked} (it has {value})", "{asked} (tiene {value})"),
    "recommend_not_said": ("no {column} stated", "sin indicar: {column}"),
    "recommend_most": ("the highest {column} of these", "lo más alto en {column}"),
    "recommend_least": ("the lowest {column} of these", "lo más bajo en {column}"),
    "recommend_unknown": (
        "What the catalogue does not say, so that I could not go by it: {words}.",
        "El catálogo no lo indica, así que no he podido tenerlo en cuenta: {words}.",
    ),
    "recommend_missing": (
        "These words of yours stand nowhere in it: {words}.",
        "Estas palabras tuyas no aparecen en él: {words}.",
    ),
    "recommend_range_one": (
        "There is one in **{title}**: {facts}.",
        "Hay una sola opción en **{title}**: {facts}.",
    ),
    "recommend_range_many": (
        "There are {number} in **{title}**: {facts}.",
        "Hay {number} opciones en **{title}**: {facts}.",
    ),
    "recommend_from_to": ("{column} from {low} to {high}", "{column} de {low} a {high}"),
    "recommend_ask_price": (
        "What may it cost at most, between {low} and {high}?",
        "¿Cuánto puede costar como máximo, entre {low} y {high}?",
    ),
    "recommend_ask_amount": (
        "Which {column} do you need, between {low} and {high}?",
        "¿Qué {column} necesitas, entre {low} y {high}?",
    ),
    "recommend_ask_kind": ("Which {column} do you want: {values}?", "¿Qué {column} quieres: {values}?"),
    "recommend_which": ("Which do you mean: {columns}?", "¿Cuál de estos datos quieres decir: {columns}?"),
}
