"""Tasks and tools: what is asked, confirmed and reported; and appointments."""

TASKS: dict[str, tuple[str, str]] = {
    # Tools
    "tool_ask": (
        "I need one more thing for that: {argument} ({description}).",
        "Para eso me falta un dato: {argument} ({description}).",
    ),
    "tool_ask_short": ("I need one more thing for that: {argument}.", "Para eso me falta un dato: {argument}."),
    "tool_confirm": (
        "Shall I run **{tool}** with {arguments}? (yes / no)",
        "¿Ejecuto **{tool}** con {arguments}? (sí / no)",
    ),
    "tool_confirm_bare": ("Shall I run **{tool}**? (yes / no)", "¿Ejecuto **{tool}**? (sí / no)"),
    "tool_done": ("Done: {tool} ran.", "Hecho: se ha ejecutado {tool}."),
    "tool_says": ("{tool} says:", "{tool} dice:"),
    "tool_failed": (
        "{tool} could not do it. The server's log says why; try again, or ask somebody who runs this assistant.",
        "{tool} no ha podido hacerlo. El registro del servidor dice por qué; inténtalo otra vez o pregunta a quien "
        "lleva este asistente.",
    ),
    "tool_slow": (
        "{tool} did not finish in time, so whether it was done is not known. Check before you try again.",
        "{tool} no ha terminado a tiempo, así que no se sabe si se ha hecho. Compruébalo antes de repetir.",
    ),
    "tool_gone": (
        "I can no longer do that: the tool {tool} is not there any more.",
        "Ya no puedo hacerlo: la herramienta {tool} ya no está.",
    ),
    "tool_unfit": ("{tool} does not take that: {reason}.", "{tool} no admite eso: {reason}."),
    "task_left": (
        "All right, I leave it at that. Nothing was changed.",
        "De acuerdo, lo dejo. No se ha cambiado nada.",
    ),
    "task_declined": ("All right, I have not done it.", "De acuerdo, no lo he hecho."),
    "task_again": ("Back to what we were doing. {question}", "Volvamos a lo que hacíamos. {question}"),
    "task_rest": (
        "One thing after the other: tell me the rest again afterwards.",
        "Vamos por partes: dime después lo demás otra vez.",
    ),
    "calendar_file": ("Add to your calendar (.ics)", "Añadir a tu calendario (.ics)"),
    # Appointments
    "appointment_ask_service": ("What is the appointment for?", "¿Para qué es la cita?"),
    "appointment_ask_service_of": (
        "What is the appointment for? There is: {services}.",
        "¿Para qué es la cita? Hay: {services}.",
    ),
    "appointment_ask_when": ("On which day and at what time?", "¿Qué día y a qué hora?"),
    "appointment_ask_day": ("On which day?", "¿Qué día?"),
    "appointment_ask_time": (
        "At what time on {day}? Free: {times}.",
        "¿A qué hora el {day}? Hay libre: {times}.",
    ),
    "appointment_ask_name": ("In whose name?", "¿A nombre de quién?"),
    "appointment_ask_contact": (
        "How can you be reached: an e-mail address or a telephone number?",
        "¿Cómo te podemos contactar: un correo o un teléfono?",
    ),
    "appointment_ask_which": (
        "Which appointment do you mean?\n\n{appointments}",
        "¿A qué cita te refieres?\n\n{appointments}",
    ),
    "appointment_confirm_book": (
        "Shall I book **{service}** on **{when}** for {name} ({contact})? (yes / no)",
        "¿Reservo **{service}** el **{when}** para {name} ({contact})? (sí / no)",
    ),
    "appointment_confirm_move": (
        "Shall I move {service} from {before} to **{when}**? (yes / no)",
        "¿Cambio {service} del {before} al **{when}**? (sí / no)",
    ),
    "appointment_confirm_cancel": (
        "Shall I cancel **{service}** on **{when}**? (yes / no)",
        "¿Anulo **{service}** del **{when}**? (sí / no)",
    ),
    "appointment_booked": (
        "Booked: {service} on {when} for {name}.",
        "Reservado: {service} el {when} para {name}.",
    ),
    "appointment_moved": ("Moved: {service} is now on {when}.", "Cambiado: {service} es ahora el {when}."),
    "appointment_cancelled": ("Cancelled: {service} on {when}.", "Anulado: {service} del {when}."),
    "appointment_none": ("You have no appointments ahead.", "No tienes ninguna cita pendiente."),
    "appointment_gone": ("That appointment is not there any more.", "Esa cita ya no está."),
    "appointment_list": ("Your appointments:\n\n{appointments}", "Tus citas:\n\n{appointments}"),
    "appointment_line": ("{number}. {service}, {when}", "{number}. {service}, {when}"),
    "appointment_moment": ("{day} at {time}", "{day} a las {time}"),
    "appointment_taken": (
        "{when} is taken. Free: {times}. At what time?",
        "El {when} está ocupado. Hay libre: {times}. ¿A qué hora?",
    ),
    "appointment_no_slot": (
        "Appointments do not begin at {time} on {day}. Free: {times}. At what time?",
        "El {day} no hay citas a las {time}. Hay libre: {times}. ¿A qué hora?",
    ),
    "appointment_full": (
        "Nothing is free on {day}. On which other day?",
        "El {day} no queda nada libre. ¿Qué otro día?",
    ),
    "appointment_closed": (
        "There are no appointments on {day}. On which other day?",
        "El {day} no hay citas. ¿Qué otro día?",
    ),
    "appointment_past": ("{day} is over. On which day?", "El {day} ya ha pasado. ¿Qué día?"),
    "appointment_far": (
        "{day} is too far ahead: appointments are made up to {limit}. On which day?",
        "El {day} queda demasiado lejos: se dan citas hasta el {limit}. ¿Qué día?",
    ),
    "appointment_free": ("Free on {day}: {times}.", "Libre el {day}: {times}."),
    "appointment_lost": (
        "{when} was taken in the meantime. Ask for another time.",
        "El {when} se ha ocupado entretanto. Pide otra hora.",
    ),
    "weekdays": (
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "lunes martes miércoles jueves viernes sábado domingo",
    ),
    "months": (
        "January February March April May June July August September October November December",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    ),
    "whole_day": ("{weekday} {day} {month} {year}", "{weekday} {day} de {month} de {year}"),
}
