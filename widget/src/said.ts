// One thing that was said: a question, an answer with its sources and thumbs, a person's reply.

import type { Answer, Citation, Verdict } from "./api";
import { el, icon, ICONS } from "./dom";
import { markdown } from "./markdown";
import { say, type Language } from "./words";

let numbers = 0;

/** What the visitor asked. */
export function asked(text: string, language: Language): HTMLElement {
  return el("div", { class: "said you" }, speaker(say("you", language)), text);
}

/** What a person answered. */
export function replied(text: string, language: Language): HTMLElement {
  const name = `${say("colleague", language)}: `;
  return el("div", { class: "said person" }, el("strong", {}, name), text);
}

/** An answer: first a draft that changes, at the end with its sources. */
export class Answering {
  readonly node: HTMLElement;
  private readonly text = el("div", { class: "text" });
  private draft = "";
  private drawing = false;

  constructor(private readonly language: Language) {
    this.node = el("div", { class: "said draft", "aria-busy": "true" }, speaker(say("assistant", language)), this.text);
  }

  get words(): string {
    return this.draft;
  }

  /** As it is read aloud: the words without their marks. */
  get spoken(): string {
    return this.text.textContent ?? "";
  }

  /** More words, or other ones in their place. They are drawn with the next picture of the screen, not with each word. */
  write(text: string, instead = false): void {
    this.draft = instead ? text : this.draft + text;
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      if (this.node.ariaBusy === "true") this.draw(this.draft, []);
    });
  }

  /** It was stopped, or cut off: what there is stays. */
  end(): void {
    this.draw(this.draft, []);
    this.settle();
  }

  /** The answer that counts, with its sources and, unless somebody only speaks for it, thumbs. */
  finish(answer: Answer, verdict: Verdict | null, judge: (verdict: Verdict) => Promise<void>): void {
    const rows = this.draw(answer.text, answer.citations);
    if (rows.length) {
      const list = el("div", { class: "sources", role: "group", "aria-label": say("sources", this.language) }, ...rows);
      this.node.append(list);
    }
    this.node.append(thumbs(this.language, verdict, judge));
    this.settle();
  }

  private settle(): void {
    this.node.classList.remove("draft");
    this.node.ariaBusy = "false";
  }

  /** Draw a text; returns a row for every source that is cited. */
  private draw(text: string, citations: Citation[]): HTMLElement[] {
    const rows = new Map<number, HTMLDetailsElement>();
    for (const each of citations) rows.set(each.marker, source(each, this.language, rows.get(each.marker)));
    const cite = (marker: number): Node | null => {
      const row = rows.get(marker);
      const known = citations.find((each) => each.marker === marker);
      return row && known ? citeButton(known, row, this.language) : null;
    };
    this.text.replaceChildren(markdown(text, { cite, newTab: say("new_tab", this.language) }));
    return [...rows.values()];
  }
}

function speaker(name: string): HTMLElement {
  return el("span", { class: "unseen" }, `${name}: `);
}

/** A source with its quoted sentence; a further sentence of the same source joins the row that is there. */
function source(citation: Citation, language: Language, known?: HTMLDetailsElement): HTMLDetailsElement {
  const quote = el("blockquote", {}, citation.quote);
  if (known) {
    known.append(quote);
    return known;
  }
  numbers += 1;
  const page = citation.page === null ? "" : `, ${say("page", language, { page: citation.page })}`;
  const title = `${citation.marker} · ${citation.title}${page}`;
  return el("details", { id: `source-${numbers}` }, el("summary", {}, title), quote);
}

function citeButton(citation: Citation, row: HTMLDetailsElement, language: Language): HTMLElement {
  const name = say("source", language, { number: citation.marker, title: citation.title });
  const made = el("button", { type: "button", class: "cite", "aria-label": name }, String(citation.marker));
  made.addEventListener("click", () => {
    row.open = true;
    row.querySelector("summary")?.focus();
  });
  return made;
}

function thumbs(language: Language, given: Verdict | null, judge: (verdict: Verdict) => Promise<void>): HTMLElement {
  const pair = (["up", "down"] as const).map((verdict) => {
    const name = say(verdict === "up" ? "helpful" : "unhelpful", language);
    const pressed = String(given === verdict);
    const attributes = { type: "button", "aria-label": name, title: name, "aria-pressed": pressed };
    const made = el("button", attributes, icon(ICONS[verdict]));
    made.addEventListener("click", () => {
      void judge(verdict).then(
        () => pair.forEach((each) => each.setAttribute("aria-pressed", String(each === made))),
        () => undefined,
      );
    });
    return made;
  });
  return el("div", { class: "thumbs" }, ...pair);
}
