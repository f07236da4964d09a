// The open chat: its parts and their names, without what they do.

import { el, icon, ICONS } from "./dom";
import { say, type Language } from "./words";

function button(name: string, drawing: string, kind = ""): HTMLButtonElement {
  return el("button", { type: "button", class: kind, "aria-label": name, title: name }, icon(drawing));
}

/** Every part of the panel, and the button that opens it. */
export class Panel {
  readonly launcher: HTMLButtonElement;
  readonly close: HTMLButtonElement;
  readonly again: HTMLButtonElement;
  readonly send: HTMLButtonElement;
  readonly stop: HTMLButtonElement;
  readonly person: HTMLButtonElement;
  readonly field: HTMLTextAreaElement;
  readonly form: HTMLFormElement;
  readonly log: HTMLElement;
  readonly contact = el("p", { class: "contact", hidden: true });
  readonly node: HTMLElement;
  /** Said aloud, not shown: a finished answer. What is written word by word would be read out of order. */
  private readonly aloud = el("div", { class: "unseen", role: "status", "aria-live": "polite" });
  /** Shown and said aloud: what goes on. */
  private readonly status = el("p", { class: "status", role: "status", "aria-live": "polite" });

  constructor(language: Language, title: string) {
    this.launcher = button(say("open", language), ICONS.chat, "launcher");
    this.launcher.setAttribute("aria-expanded", "false");
    this.launcher.setAttribute("aria-controls", "panel");
    this.close = button(say("close", language), ICONS.close);
    this.again = button(say("again", language), ICONS.again);
    this.send = button(say("send", language), ICONS.send, "send");
    this.send.type = "submit";
    this.stop = button(say("stop", language), ICONS.stop, "send");
    this.stop.hidden = true;
    this.person = el("button", { type: "button", hidden: true }, say("person", language));
    this.field = el("textarea", { id: "question", rows: "2", placeholder: say("question", language) });
    const label = el("label", { class: "unseen", for: "question" }, say("question", language));
    this.form = el("form", { class: "ask" }, label, this.field, this.stop, this.send);
    this.log = el("div", { class: "log", role: "log", "aria-live": "off", tabindex: "0", "aria-label": say("conversation", language) });
    const head = el("header", {}, el("h2", { id: "title" }, title), this.again, this.close);
    const attributes = { class: "panel", id: "panel", role: "dialog", "aria-modal": "true", "aria-labelledby": "title", hidden: true };
    const foot = el("footer", {}, this.person, this.contact);
    this.node = el("section", attributes, head, this.log, this.status, this.form, foot, this.aloud);
  }

  tell(text: string): void {
    this.status.textContent = text;
  }

  announce(text: string): void {
    this.aloud.textContent = text;
  }

  /** While an answer is made, it can be stopped, and nothing else be asked. */
  busy(is: boolean): void {
    this.stop.hidden = !is;
    this.send.hidden = is;
    this.person.disabled = this.again.disabled = is;
  }

  add(node: HTMLElement): void {
    this.log.append(node);
    this.follow(true);
  }

  /** Show the end, unless the reader has gone back. */
  follow(surely = false): void {
    const left = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight;
    if (surely || left < 120) this.log.scrollTop = this.log.scrollHeight;
  }
}
