// Every text the widget shows, in English and Spanish.

export type Language = "en" | "es";

const WORDS = {
  title: ["Ask us", "Pregúntanos"],
  open: ["Open the chat", "Abrir el chat"],
  close: ["Close the chat", "Cerrar el chat"],
  again: ["New conversation", "Conversación nueva"],
  conversation: ["Conversation", "Conversación"],
  greeting: ["Ask about what our documents say. Answers quote their source.", "Pregunta por lo que dicen nuestros documentos. Las respuestas citan su fuente."],
  question: ["Your question", "Tu pregunta"],
  send: ["Send", "Enviar"],
  stop: ["Stop", "Parar"],
  you: ["You", "Tú"],
  assistant: ["Assistant", "Asistente"],
  looking: ["Looking in the documents …", "Buscando en los documentos …"],
  reading: ["Reading line {line} of {lines} …", "Leyendo la línea {line} de {lines} …"],
  stopped: ["Stopped.", "Parado."],
  sources: ["Sources", "Fuentes"],
  source: ["Source {number}: {title}", "Fuente {number}: {title}"],
  page: ["page {page}", "página {page}"],
  helpful: ["Helpful", "Útil"],
  unhelpful: ["Not helpful", "No es útil"],
  thanks: ["Thank you for telling us.", "Gracias por decírnoslo."],
  person: ["Talk to a person", "Hablar con una persona"],
  want_person: ["I want to talk to a person", "Quiero hablar con una persona"],
  waiting: ["A person will see this conversation. What you write is passed on.", "Una persona verá esta conversación. Lo que escribas se le pasa."],
  taken: ["A person is looking at this conversation.", "Una persona está mirando esta conversación."],
  colleague: ["A person", "Una persona"],
  contact: ["Other ways to reach us:", "Otras formas de contactarnos:"],
  wait: ["Many questions at the moment. Try again in {seconds} seconds.", "Hay muchas preguntas en este momento. Inténtalo de nuevo en {seconds} segundos."],
  offline: ["The assistant cannot be reached. Check your connection and try again.", "No se puede contactar con el asistente. Comprueba tu conexión e inténtalo de nuevo."],
  shut: ["The assistant is not available on this page.", "El asistente no está disponible en esta página."],
  cut: ["The answer was cut off. Ask again.", "La respuesta se ha cortado. Vuelve a preguntar."],
  new_tab: ["opens in a new tab", "se abre en otra pestaña"],
} as const satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof WORDS;

/** The text of a key; `{name}` is filled in, and what is filled in is never read as a template. */
export function say(key: Word, language: Language, values: Record<string, string | number> = {}): string {
  const text: string = WORDS[key][language === "es" ? 1 : 0];
  return text.replace(/\{(\w+)\}/g, (all, name: string) => (name in values ? String(values[name]) : all));
}

/** The language a page asks for, else the page's own, else the browser's; English when it is none of ours. */
export function languageOf(wanted: string | null): Language {
  const tags = [wanted ?? "", document.documentElement.lang, navigator.language];
  const found = tags.map((tag) => tag.toLowerCase().split(/[-_]/)[0]).find((tag) => tag === "en" || tag === "es");
  return found === "es" ? "es" : "en";
}
