"""Signing in, and what somebody may not do."""

ACCESS: dict[str, tuple[str, str]] = {
    "sign_in": ("Sign in", "Iniciar sesión"),
    "sign_out": ("Sign out", "Cerrar sesión"),
    "sign_in_name": ("Name", "Nombre"),
    "sign_in_password": ("Password", "Contraseña"),
    "sign_in_failed": (
        "Name or password is wrong. Try again, or ask an administrator for a new link.",
        "El nombre o la contraseña no son correctos. Inténtalo de nuevo o pide un enlace nuevo a un administrador.",
    ),
    "sign_in_wait": (
        "Too many attempts with this name. Try again in {seconds} seconds.",
        "Demasiados intentos con este nombre. Inténtalo de nuevo dentro de {seconds} segundos.",
    ),
    "sign_in_with": ("Sign in with {provider}", "Iniciar sesión con {provider}"),
    "oidc_unavailable": (
        "{provider} cannot be asked now ({reason}). Try again in a moment; administrators check security.oidc in "
        "pilares.toml.",
        "Ahora no se puede consultar a {provider} ({reason}). Inténtalo de nuevo en un momento; los administradores "
        "revisan security.oidc en pilares.toml.",
    ),
    "oidc_refused": (
        "{provider} did not let you in ({reason}). Try again, or ask an administrator.",
        "{provider} no te ha dado acceso ({reason}). Inténtalo de nuevo o pregunta a un administrador.",
    ),
    "oidc_lost": (
        "This sign-in was not begun in this browser, or took longer than ten minutes. Begin it again here.",
        "Este inicio de sesión no empezó en este navegador o tardó más de diez minutos. Empieza de nuevo aquí.",
    ),
    "oidc_no_name": (
        "{provider} does not say who you are: the claim {claim} is missing or not verified. Ask an administrator.",
        "{provider} no dice quién eres: el dato {claim} falta o no está verificado. Pregunta a un administrador.",
    ),
    "oidc_unknown": (
        "There is no account for {name} here. Ask an administrator for one.",
        "Aquí no hay ninguna cuenta para {name}. Pide una a un administrador.",
    ),
    "oidc_name_taken": (
        "There is another account called {name}. An administrator has to see to it (`link_accounts` in the settings).",
        "Hay otra cuenta llamada {name}. Tiene que ocuparse un administrador (`link_accounts` en los ajustes).",
    ),
    "oidc_suspended": (
        "The account {name} is suspended. Ask an administrator.",
        "La cuenta {name} está suspendida. Pregunta a un administrador.",
    ),
    "account_suspended": (
        "Your account is suspended. Ask an administrator.",
        "Tu cuenta está suspendida. Pregunta a un administrador.",
    ),
    "account_gone": (
        "Your account is not here any more. Ask an administrator.",
        "Tu cuenta ya no existe. Pregunta a un administrador.",
    ),
    "choose_password": ("Choose a password", "Elige una contraseña"),
    "choose_password_for": (
        "For the account {name}. At least {shortest} characters; a few words in a row are a good one.",
        "Para la cuenta {name}. Al menos {shortest} caracteres; varias palabras seguidas sirven bien.",
    ),
    "password_length": (
        "A password has between {shortest} and {longest} characters. Choose another one.",
        "Una contraseña tiene entre {shortest} y {longest} caracteres. Elige otra.",
    ),
    "password_weak": (
        "That password is too easy to guess: it has few different characters, or your name. Choose another one.",
        "Esa contraseña es demasiado fácil de adivinar: tiene pocos caracteres distintos o tu nombre. Elige otra.",
    ),
    "link_used": (
        "This link was used already, or is over. Ask an administrator for a new one.",
        "Este enlace ya se usó o ha caducado. Pide uno nuevo a un administrador.",
    ),
    "not_signed_in": (
        "Sign in first. Programs send a key: `Authorization: Bearer pilares_...`; `pilares keys create` makes one.",
        "Inicia sesión primero. Los programas envían una clave: `Authorization: Bearer pilares_...`; "
        "`pilares keys create` crea una.",
    ),
    "key_makes_no_key": (
        "A key neither makes nor revokes keys. Sign in, or use `pilares keys create`.",
        "Una clave no crea ni revoca claves. Inicia sesión o usa `pilares keys create`.",
    ),
    "limit_minute": (
        "Too many requests in this minute. Go on at {when}.",
        "Demasiadas peticiones en este minuto. Sigue a las {when}.",
    ),
    "limit_requests": (
        "The requests of today are used up. They begin anew at {when}; an administrator can raise the limit.",
        "Las peticiones de hoy se han agotado. Se renuevan a las {when}; un administrador puede subir el límite.",
    ),
    "limit_tokens": (
        "What models may read and write today is used up until {when}; an administrator can raise the limit.",
        "Lo que los modelos pueden leer y escribir hoy se ha agotado. Se renueva a las {when}; un administrador puede "
        "subir el límite.",
    ),
    "limit_cost": (
        "What models may cost today is used up. It begins anew at {when}; an administrator can raise the limit.",
        "Lo que los modelos pueden costar hoy se ha agotado. Se renueva a las {when}; un administrador puede subir el "
        "límite.",
    ),
    "limit_waiting": (
        "Many of your questions wait already. Ask again when some of them are answered.",
        "Muchas de tus preguntas ya están esperando. Vuelve a preguntar cuando algunas estén respondidas.",
    ),
    "widget_key": (
        "This page shows a key that is not valid any more. Whoever looks after the website makes a new one with "
        "`pilares widget create`.",
        "Esta página usa una clave que ya no es válida. Quien mantiene el sitio web crea una nueva con "
        "`pilares widget create`.",
    ),
    "widget_origin": (
        "The key of this page is not for {origin}. `pilares widget create --origin` makes one that is.",
        "La clave de esta página no es para {origin}. `pilares widget create --origin` crea una que lo sea.",
    ),
    "visitor_missing": (
        "The header x-pilares-guest has to name the visitor: 32 random bytes in base64url, kept by their browser.",
        "La cabecera x-pilares-guest tiene que nombrar a quien visita: 32 bytes aleatorios en base64url, guardados por "
        "su navegador.",
    ),
    "visitor_unknown": (
        "This website could not prove who you are, or its proof is over. Load the page again.",
        "Este sitio web no ha podido demostrar quién eres, o su prueba ha caducado. Vuelve a cargar la página.",
    ),
    "no_such_rule": (
        "There is no such rule. `GET /api/v1/grants` shows those there are.",
        "No existe esa regla. `GET /api/v1/grants` muestra las que hay.",
    ),
    "alias_serves_nobody": (
        "No group is served by {alias}. Set it under [adapters] in pilares.toml, or promote to `reader`.",
        "Ningún grupo se sirve de {alias}. Indícalo en [adapters] de pilares.toml, o promociona a `reader`.",
    ),
    "not_allowed": (
        "This account or key may not do that: it needs the right `{right}`. An administrator can give it.",
        "Esta cuenta o clave no puede hacer eso: necesita el permiso `{right}`. Un administrador puede darlo.",
    ),
}
