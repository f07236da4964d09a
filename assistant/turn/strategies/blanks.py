"""Placeholders in a draft: what nobody gave is left to be filled in ("[amount]", "[importe]")."""

import re
from collections.abc import Callable, Iterable

from assistant.grounding.citations import figures
from assistant.messages import message
from assistant.turn.strategies.exactness import exact

_PLACEHOLDER = re.compile(r"\[([^\[\]\n]{1,48})\]|\{([^{}\n]{1,48})\}|<([a-zA-ZáéíóúñÁÉÍÓÚÑ' ]{2,40})>")
_MONTHS = (
    ("january", "enero"), ("february", "febrero"), ("march", "marzo"), ("april", "abril"), ("may", "mayo"),
    ("june", "junio"), ("july", "julio"), ("august", "agosto"), ("september", "septiembre"), ("october", "octubre"),
    ("november", "noviembre"), ("december", "diciembre"),
)  # fmt: skip
_MONTH = "|".join(name for names in _MONTHS for name in names)
_NUMBER = r"\d+(?:[.,:/]\d+)*"
_TIME = (
    r"(?:(?:working|business|calendar|natural|h[aá]biles|laborables)\s+)?(?:days?|weeks?|months?|hours?|"
    r"minutes?|years?|"
    r"d[ií]as?|semanas?|mes(?:es)?|horas?|minutos?|años?)\b(?:\s+(?:h[aá]biles|laborables|naturales))?"
)
# What a figure is, by what stands beside it: the whole of it is replaced. The first that fits counts.
_FIGURES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("link", r"https?://\S+|www\.\S+"),
        ("email", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
        ("date", rf"(?:{_MONTH})\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+\d{{4}})?"),
        ("date", rf"\d{{1,2}}(?:st|nd|rd|th)?(?:\s+(?:of|de))?\s+(?:{_MONTH})\b(?:\s+(?:de\s+|del\s+)?\d{{4}})?"),
        ("date", r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{2}-\d{2}"),
        ("time", r"\b\d{1,2}(?::\d{2})?\s?(?:a\.?m\b\.?|p\.?m\b\.?)|\b\d{1,2}:\d{2}\b(?:\s?h\b)?"),
        (
            "amount",
            rf"[€$£]\s?{_NUMBER}|{_NUMBER}\s?(?:€|\$|£|%|euros?\b|dollars?\b|pounds?\b|eur\b|por ciento|percent)",
        ),
        ("deadline", rf"{_NUMBER}(?:\s?(?:-|–|to|a|y|or|o)\s?{_NUMBER})?\s+{_TIME}"),
        ("telephone", r"(?:\+|00)?\d[\d ()-]{7,}\d"),
        ("number", rf"\b[^\W\d_]{{0,12}}-?{_NUMBER}[\w-]*"),
    )
)
_SPELLED = re.compile(
    r"\b(?:(?:two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty|dos|tres|cuatro|cinco|seis|siete|ocho|"
    rf"nueve|diez|quince|veinte|treinta)\s+{_TIME}|within\s+(?:an?|the)\s+(?:hour|day|week|month)|"
    rf"en\s+una?\s+(?:hora|día|"
    r"semana|mes)|by\s+(?:tomorrow|(?:mon|tues|wednes|thurs|fri)day)|antes\s+del?\s+(?:lunes|martes|"
    r"mi[eé]rcoles|jueves|"
    r"viernes))\b",
    re.IGNORECASE,
)
_LARGE = "[A-ZÁÉÍÓÚÑ]"
_NAME = re.compile(rf"(?<![\w\[]){_LARGE}[\w'’-]+(?:\s+(?:de\s+|del\s+|la\s+)*{_LARGE}[\w'’-]+)*")
_COMMON_LIST = """
    dear hello hi hola estimado estimada estimados estimadas querido querida señor señora señores sr sra mr mrs ms miss
    sir madam customer customers client cliente clientes team equipo colleague colleagues compañero compañera compañeros
    compañeras all todos todas everyone usted ustedes ud uds i i'm i'll we subject asunto re valued apreciado apreciada
    empleado empleados empleada empleadas employee employees staff plantilla de la del
"""
_COMMON = frozenset(_COMMON_LIST.split())


class Blanks:
    """Replaces what stands in none of the `allowed` texts. `used` are the placeholders so far, in order."""

    def __init__(self, allowed: Iterable[str], language: str) -> None:
        whole = "\n".join(allowed)
        self._exact, self._figures, self._whole = exact(whole), figures(whole), whole.casefold()
        self._months = _months(whole)
        self._words = frozenset(re.findall(r"[\w'’-]+", whole.casefold())) | _COMMON
        self._language = language
        self.used: dict[str, None] = {}

    def bracketed(self, text: str) -> str:
        """Every kind of bracket as square ones; what looks like a citation is none of a model's to make."""
        text = re.sub(r"\s*\[\d+\]", "", text)
        return _PLACEHOLDER.sub(
            lambda found: f"[{next(each for each in found.groups() if each).strip().lower()}]", text
        )

    def figures(self, text: str) -> str:
        """Without the figures, dates and addresses that nobody gave."""
        for kind, pattern in _FIGURES:
            text = _outside(text, pattern, self._figure_or(kind))
        return _outside(text, _SPELLED, lambda found: found if found.casefold() in self._whole else self.of("deadline"))

    def names(self, text: str) -> str:
        """Without the names that nobody gave; the first word of a sentence is written large anyway."""
        opening = re.match(r"[\W_]*", text)
        first = opening.end() if opening else 0
        parts, at = [], 0
        for part in re.split(r"(\[[^\[\]]*\])", text):
            parts.append(part if part.startswith("[") else self._unnamed(part, first - at))
            at += len(part)
        return "".join(parts)

    def of(self, kind: str) -> str:
        """The placeholder of a kind."""
        return f"[{message(f'blank_{kind}', self._language)}]"

    def noted(self, text: str) -> str:
        """The same text, its placeholders remembered."""
        for found in re.findall(r"\[[^\[\]\n]{1,48}\]", text):
            self.used.setdefault(found)
        return text

    def _figure_or(self, kind: str) -> Callable[[str], str]:
        def replaced(found: str) -> str:
            own = exact(found)
            held = own.figures <= self._figures and own.others <= self._exact.others
            return found if held and _months(found) <= self._months else self.of(kind)

        return replaced

    def _unnamed(self, part: str, first: int) -> str:
        def name(found: re.Match[str]) -> str:
            words = found.group().split()
            kept = words[:1] if found.start() == first else []
            rest = words[len(kept) :]
            if all(map(self._known, rest)):
                return found.group()
            unknown = next(place for place, word in enumerate(rest) if not self._known(word))
            return " ".join([*kept, *rest[:unknown], self.of("name")])

        return _NAME.sub(name, part)

    def _known(self, word: str) -> bool:
        bare = word.casefold().strip("'’-")
        return not {bare, bare.removesuffix("'s").removesuffix("’s")}.isdisjoint(self._words)


def _months(text: str) -> frozenset[int]:
    """The months that a text names in either language."""
    words = frozenset(re.findall(r"[^\W\d_]+", text.casefold()))
    return frozenset(number for number, names in enumerate(_MONTHS) if not words.isdisjoint(names))


def _outside(text: str, pattern: re.Pattern[str], replace: Callable[[str], str]) -> str:
    """Replace what a pattern finds outside placeholders."""
    parts = re.split(r"(\[[^\[\]]*\])", text)
    return "".join(
        part if part.startswith("[") else pattern.sub(lambda found: replace(found.group()), part) for part in parts
    )
