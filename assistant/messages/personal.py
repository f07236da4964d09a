"""What is kept of a person: taking it out, and deleting it."""

PERSONAL: dict[str, tuple[str, str]] = {
    "own_data": ("Your data", "Tus datos"),
    "own_data_hint": (
        "What is kept of {name}: conversations, feedback, appointments, keys and how much was used.",
        "Lo que se guarda de {name}: conversaciones, valoraciones, citas, claves y cuánto se ha usado.",
    ),
    "own_data_back": ("Back to the chat", "Volver al chat"),
    "own_data_download": ("Download my data", "Descargar mis datos"),
    "own_data_delete": ("Delete my account", "Eliminar mi cuenta"),
    "own_data_delete_hint": (
        "The account and everything that is kept of you is deleted, for good. Download your data first if you want to "
        "keep them. Examples that adapters learn from are withdrawn. In the record of what was administered a "
        "pseudonym takes the place of your name.",
        "Se eliminan para siempre la cuenta y todo lo que se guarda de ti. Descarga antes tus datos si quieres "
        "conservarlos. Se retiran los ejemplos de los que aprenden los adaptadores. En el registro de lo administrado "
        "un seudónimo ocupa el lugar de tu nombre.",
    ),
    "own_data_sure": ("I know that this cannot be undone", "Sé que esto no se puede deshacer"),
    "own_data_sign_in": ("Sign in again", "Iniciar sesión de nuevo"),
    "own_data_recent": (
        "Sign in again to prove that it is you; within ten minutes of that you can delete the account here.",
        "Inicia sesión de nuevo para demostrar que eres tú; en los diez minutos siguientes puedes eliminar aquí la "
        "cuenta.",
    ),
    "own_data_local": (
        "There are no accounts on this computer. `pilares users delete local --yes` deletes what is kept of you.",
        "En este ordenador no hay cuentas. `pilares users delete local --yes` elimina lo que se guarda de ti.",
    ),
    "own_data_gone": ("Your account is deleted", "Tu cuenta está eliminada"),
    "own_data_gone_hint": (
        "What was kept of you is deleted: {what}. Backups that were made before still hold it until they are replaced.",
        "Lo que se guardaba de ti está eliminado: {what}. Las copias de seguridad anteriores lo conservan hasta que se "
        "sustituyan.",
    ),
    "own_data_waits": (
        "Your account is deleted, and most of what was kept of you. The rest could not be reached now; it is deleted "
        "when it can be, without you doing anything.",
        "Tu cuenta está eliminada, y casi todo lo que se guardaba de ti. Al resto no se ha podido llegar ahora; se "
        "eliminará en cuanto se pueda, sin que tengas que hacer nada.",
    ),
    "key_is_no_person": (
        "A key neither takes out nor deletes what is kept of its owner. Sign in for that.",
        "Una clave no descarga ni elimina lo que se guarda de su dueño. Inicia sesión para eso.",
    ),
    "confirm_wrong": (
        "That is not the password of this account. Nothing was deleted; try again.",
        "Esa no es la contraseña de esta cuenta. No se ha eliminado nada; inténtalo de nuevo.",
    ),
    "confirm_needed": (
        "Nothing was deleted. Give the password of the account, or sign in again and delete it within ten minutes.",
        "No se ha eliminado nada. Escribe la contraseña de la cuenta, o inicia sesión de nuevo y elimínala en los diez "
        "minutos siguientes.",
    ),
    "confirm_unsure": (
        "Nothing was deleted: tick that you know that it cannot be undone.",
        "No se ha eliminado nada: marca que sabes que no se puede deshacer.",
    ),
    "export_busy": (
        "Others take out their data at this moment. Try again in a minute.",
        "Otras personas están descargando sus datos en este momento. Inténtalo de nuevo en un minuto.",
    ),
    "export_about": (
        "Everything that this installation of Pilares keeps of {name}, as of {when} (UTC). Each file is a JSON array; "
        "the number behind its name says how many entries it has. Times are in UTC.",
        "Todo lo que esta instalación de Pilares guarda de {name}, a {when} (UTC). Cada fichero es una lista JSON; el "
        "número tras su nombre dice cuántas entradas tiene. Las horas están en UTC.",
    ),
    "export_left_out": (
        "Left out: passwords, sessions and keys (of which there are only digests), other people's names, and passages "
        "of the organisation's documents beyond what was quoted. An answer that rests on a document which may not be "
        "read any more is shown without what it said. Documents belong to the organisation; who added one is not kept.",
        "No se incluyen: contraseñas, sesiones y claves (de las que solo hay resúmenes), nombres de otras personas, ni "
        "pasajes de los documentos de la organización más allá de lo citado. Una respuesta que se apoya en un "
        "documento que ya no se puede leer aparece sin lo que decía. Los documentos son de la organización; no se "
        "guarda quién añadió cada uno.",
    ),
    "export_account": ("the account: name, role, groups", "la cuenta: nombre, función, grupos"),
    "export_administration": (
        "the record of what was administered, as far as it is about you",
        "el registro de lo administrado, en lo que se refiere a ti",
    ),
    "export_appointments": ("appointments, also cancelled ones", "citas, también las anuladas"),
    "export_chat_platforms": (
        "messages that came from a chat platform and went to it, kept for 30 days",
        "mensajes que llegaron de una plataforma de chat y salieron hacia ella, guardados 30 días",
    ),
    "export_conversations": (
        "conversations: questions, answers, citations, what each cost",
        "conversaciones: preguntas, respuestas, citas de documentos, lo que costó cada una",
    ),
    "export_curated_answers": (
        "answers for everybody that you wrote or that came of a correction of yours; which ones you approved",
        "respuestas para todos que escribiste o que salieron de una corrección tuya; cuáles aprobaste",
    ),
    "export_examples": (
        "examples that adapters learn from which came of you; personal data was taken out of them",
        "ejemplos de los que aprenden los adaptadores que salieron de ti; se les quitaron los datos personales",
    ),
    "export_feedback": ("thumbs, reasons and corrections", "pulgares, motivos y correcciones"),
    "export_handoffs": (
        "conversations that were handed to a person, with what you wrote and were answered",
        "conversaciones entregadas a una persona, con lo que escribiste y te respondieron",
    ),
    "export_keys": ("keys of the API, without their secrets", "claves de la API, sin sus secretos"),
    "export_links": (
        "one-time links that are open, without their secrets",
        "enlaces abiertos de un solo uso, sin sus secretos",
    ),
    "export_replies_to_others": (
        "hand-offs that you answered as a colleague, by their numbers",
        "entregas que respondiste como colega, por sus números",
    ),
    "export_responses": (
        "responses that programs can go on with, kept for 30 days",
        "respuestas con las que los programas pueden seguir, guardadas 30 días",
    ),
    "export_reviews": (
        "examples that you have reviewed, by their numbers",
        "ejemplos que has revisado, por sus números",
    ),
    "export_sessions": (
        "browsers that are signed in, without their secrets",
        "navegadores con la sesión iniciada, sin sus secretos",
    ),
    "export_usage": (
        "counters of requests, tokens and cost, for limits",
        "contadores de peticiones, tokens y coste, para los límites",
    ),
    "export_visitor": (
        "the groups that a website named for you",
        "los grupos que un sitio web indicó para ti",
    ),
    "no_such_account": (
        "There is no account {name}. People of chat platforms, such as telegram:person/42, are reached on the command "
        "line only: `pilares users export` and `pilares users delete`.",
        "No hay ninguna cuenta {name}. A las personas de plataformas de chat, como telegram:person/42, solo se llega "
        "por la línea de órdenes: `pilares users export` y `pilares users delete`.",
    ),
    "erased_account": ("account", "cuenta"),
    "erased_administration": ("record of what was administered", "registro de lo administrado"),
    "erased_appointments": ("appointments", "citas"),
    "erased_chat_platforms": ("messages of chat platforms", "mensajes de plataformas de chat"),
    "erased_conversations": ("conversations", "conversaciones"),
    "erased_curated_answers": ("answers for everybody", "respuestas para todos"),
    "erased_examples": ("examples to learn from", "ejemplos de los que aprender"),
    "erased_feedback": ("feedback", "valoraciones"),
    "erased_handoffs": ("conversations handed to a person", "conversaciones entregadas a una persona"),
    "erased_keys": ("keys", "claves"),
    "erased_links": ("links", "enlaces"),
    "erased_replies_to_others": ("replies to others", "respuestas a otras personas"),
    "erased_responses": ("responses", "respuestas de la API"),
    "erased_reviews": ("reviews of examples", "revisiones de ejemplos"),
    "erased_sessions": ("sessions", "sesiones"),
    "erased_usage": ("counters of use", "contadores de uso"),
    "erased_visitor": ("groups named by a website", "grupos indicados por un sitio web"),
}
