// A conversation in a panel: asking, hearing, going on with it after the page was left.

import { Refused, type Api, type Handoff, type Told, type Turn, type Verdict } from "./api";
import type { Panel } from "./panel";
import { Answering, asked, replied } from "./said";
import type { Kept } from "./visitor";
import { say, type Language } from "./words";

const LOOK_EVERY_MS = 20_000;

export class Chat {
  private running: AbortController | null = null;
  private waiting: ReturnType<typeof setInterval> | null = null;
  private replies = new Set<string>();
  private begun = false;

  constructor(
    private readonly panel: Panel,
    private readonly api: Api,
    private readonly kept: Kept,
    private readonly language: Language,
  ) {
    panel.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    panel.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    panel.stop.addEventListener("click", () => this.running?.abort());
    panel.again.addEventListener("click", () => this.startAgain());
    panel.person.addEventListener("click", () => void this.ask(say("want_person", language)));
  }

  /** When the chat is opened for the first time on a page: what there is to know, and what was said before. */
  async begin(): Promise<void> {
    if (this.begun) return;
    this.begun = true;
    try {
      const about = await this.api.about(this.language);
      this.panel.field.maxLength = about.longest;
      this.panel.person.hidden = !about.person;
      this.panel.contact.hidden = !about.contact;
      this.panel.contact.textContent = `${say("contact", this.language)} ${about.contact}`;
      await this.resume();
    } catch (error) {
      this.begun = false;
      this.panel.tell(this.trouble(error));
    }
  }

  /** Somebody else is there now: nothing of what was said before is shown to them. */
  reset(): void {
    this.running?.abort();
    this.look(false);
    this.panel.log.querySelectorAll(".said").forEach((each) => each.remove());
    this.panel.tell("");
    this.replies.clear();
    this.begun = false;
  }

  close(): void {
    this.running?.abort();
    this.look(false);
  }

  private startAgain(): void {
    this.reset();
    this.begun = true;
    this.kept.set("conversation", null);
    this.panel.field.focus();
  }

  private submit(): void {
    const question = this.panel.field.value.trim();
    if (!question || this.running) return;
    this.panel.field.value = "";
    void this.ask(question);
  }

  private async ask(question: string): Promise<void> {
    if (this.running) return;
    const running = (this.running = new AbortController());
    const answering = new Answering(this.language);
    this.panel.add(asked(question, this.language));
    this.panel.add(answering.node);
    this.panel.busy(true);
    this.panel.tell(say("looking", this.language));
    let last = "";
    try {
      for await (const told of this.api.ask(question, this.kept.get("conversation"), this.language, running.signal)) {
        last = told.event;
        this.hear(told, answering);
      }
      if (last !== "finished" && last !== "failed") this.cut(answering, say("cut", this.language));
    } catch (error) {
      this.cut(answering, running.signal.aborted ? say("stopped", this.language) : this.trouble(error));
      if (error instanceof Refused && error.status === 404) this.kept.set("conversation", null);
      if (error instanceof Refused && !this.panel.field.value) this.panel.field.value = question;
    } finally {
      this.running = null;
      this.panel.busy(false);
      this.panel.follow();
    }
  }

  private hear(told: Told, answering: Answering): void {
    switch (told.event) {
      case "reading":
        this.panel.tell(say("reading", this.language, { line: told.line, lines: told.lines }));
        return;
      case "wrote":
      case "revised":
        answering.write(told.text, told.event === "revised");
        this.panel.follow();
        return;
      case "failed":
        this.kept.set("conversation", told.conversation);
        this.cut(answering, told.message);
        return;
      case "finished":
        this.kept.set("conversation", told.conversation);
        answering.finish(told, null, this.judge(told.id));
        this.panel.announce(answering.spoken);
        this.panel.tell(told.waits ? say("waiting", this.language) : "");
        this.look(told.waits);
    }
  }

  private cut(answering: Answering, why: string): void {
    if (answering.words) answering.end();
    else answering.node.remove();
    this.panel.tell(why);
  }

  private judge(answer: string): (verdict: Verdict) => Promise<void> {
    return async (verdict) => {
      try {
        await this.api.judge(answer, verdict, this.language);
        this.panel.tell(say("thanks", this.language));
      } catch (error) {
        this.panel.tell(this.trouble(error));
        throw error;
      }
    };
  }

  private async resume(): Promise<void> {
    const id = this.kept.get("conversation");
    if (id === null || this.running) return;
    try {
      const { turns, handoff } = await this.api.conversation(id, this.language);
      if (this.running !== null) return; // something was asked meanwhile: it belongs below what is read here
      turns.forEach((turn) => this.show(turn));
      this.handed(handoff);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.kept.set("conversation", null); // it was deleted, or somebody else's
    }
  }

  private show(turn: Turn): void {
    this.panel.add(asked(turn.question, this.language));
    if (turn.answer === null) return;
    const answering = new Answering(this.language);
    answering.finish(turn.answer, turn.verdict, this.judge(turn.answer.id));
    this.panel.add(answering.node);
  }

  /** Say who has the conversation; show what a person answered, once. */
  private handed(handoff: Handoff | null): void {
    const waits = handoff !== null && handoff.state !== "closed";
    if (waits) this.panel.tell(say(handoff.state === "taken" ? "taken" : "waiting", this.language));
    if (handoff?.reply && !this.replies.has(handoff.at)) {
      this.replies.add(handoff.at);
      this.panel.add(replied(handoff.reply, this.language));
      this.panel.announce(`${say("colleague", this.language)}: ${handoff.reply}`);
      this.panel.tell("");
    }
    this.look(waits);
  }

  /** While a person has the conversation, look now and then what they say. */
  private look(on: boolean): void {
    if (on === (this.waiting !== null)) return;
    if (this.waiting !== null) clearInterval(this.waiting);
    this.waiting = on ? setInterval(() => void this.looked(), LOOK_EVERY_MS) : null;
  }

  private async looked(): Promise<void> {
    const id = this.kept.get("conversation");
    if (id === null || document.hidden || this.running) return;
    try {
      this.handed((await this.api.conversation(id, this.language)).handoff);
    } catch {
      // The next look may find it.
    }
  }

  private trouble(error: unknown): string {
    if (!(error instanceof Refused)) return say("offline", this.language);
    if (error.status === 429) return say("wait", this.language, { seconds: Math.max(1, error.wait) });
    return error.message || say("shut", this.language);
  }
}
