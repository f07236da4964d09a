"""What the scripted assistant answers: replies grounded in the texts of `assistant.testing.documents`."""

from dataclasses import dataclass, replace

from assistant.errors import AssistantError
from assistant.testing.documents import LEAVE, SECURITY, TRAVEL, VACACIONES, cite, evidence_for
from assistant.turn.answer import Citation, Evidence, Route, Support

SMALL = Route("slm", "scripted-small", "clear_evidence", p_slm=0.9)
_LLM = Route("llm", "scripted-large", "comparison", p_slm=0.2, escalated=True)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered. A `draft` is streamed first and then replaced; an `error` ends the turn after one word."""

    text: str
    route: Route = SMALL
    language: str = "en"
    intent: str = "question"
    evidence: tuple[Evidence, ...] = ()
    citations: tuple[Citation, ...] = ()
    support: tuple[Support, ...] = ()
    abstained: bool = False
    draft: str | None = None
    error: AssistantError | None = None
    searched: int = 4


_days = evidence_for(1, LEAVE, "25 days of annual leave", 0.94)
_over = evidence_for(2, LEAVE, "can be carried over", 0.61)
_claims = evidence_for(3, TRAVEL, "within 30 days", 0.22)
_lost = evidence_for(1, SECURITY, "within one hour", 0.91)
_dias = evidence_for(1, VACACIONES, "25 días laborables", 0.93)

ABSTENTION = Reply(
    "The documents do not say. I searched 4 documents, among them: Annual leave policy, Travel expenses.",
    Route("none", "", "no_evidence"), evidence=(replace(_claims, number=1, relevance=0.12),), abstained=True,
)  # fmt: skip
DEMO: dict[str, Reply] = {
    "hello": Reply("Hello! Ask me about your documents.", Route("slm", "scripted-small", "small_talk"), intent="hello"),
    "compare": Reply(
        "Leave and travel differ in their deadlines:\n\n"
        "- **Leave**: up to five days are carried over, and they expire on 31 March [2].\n"
        "- **Travel**: expenses are claimed within 30 days of the journey [3].\n\n"
        "Most people plan their leave in January.",
        _LLM,
        evidence=(_days, _over, _claims),
        citations=(cite(_over, "Carried-over days expire on 31 March."),
                   cite(_claims, "within 30 days of the journey")),
        support=(
            Support("up to five days are carried over, and they expire on 31 March [2].", 0.96, True, (2,)),
            Support("expenses are claimed within 30 days of the journey [3].", 0.95, True, (3,)),
            Support("Most people plan their leave in January.", 0.08, False),
        ),
    ),
    "laptop": Reply(
        "Report it to the service desk **within one hour** [1], then change the password of your account [1].",
        evidence=(_lost, replace(_claims, number=2)),
        citations=(cite(_lost, "Report a lost laptop or telephone to the service desk within one hour"),
                   cite(_lost, "Then change the password of your account.")),
        support=(Support("Report it to the service desk **within one hour** [1],", 0.98, True, (1,)),),
    ),
    "leave": Reply(
        "You have **25 days** of annual leave a year [1]. Up to five days can be carried over to the next year [2].",
        evidence=(_days, _over, _claims),
        citations=(cite(_days, "Every employee has 25 days of annual leave a year."),
                   cite(_over, "Up to five days that were not taken can be carried over to the next year.")),
        support=(Support("You have **25 days** of annual leave a year [1].", 0.98, True, (1,)),
                 Support("Up to five days can be carried over to the next year [2].", 0.97, True, (2,))),
    ),
    "vacaciones": Reply(
        "Tienes **25 días laborables** de vacaciones al año [1]. "
        "Se solicitan en el portal con dos semanas de antelación [1].",
        language="es",
        evidence=(_dias, replace(_days, number=2, relevance=0.55)),
        citations=(cite(_dias, "Cada persona empleada tiene 25 días laborables de vacaciones al año."),
                   cite(_dias, "Las vacaciones se solicitan en el portal con dos semanas de antelación.")),
        support=(Support("Tienes **25 días laborables** de vacaciones al año [1].", 0.97, True, (1,)),),
    ),
}  # fmt: skip
