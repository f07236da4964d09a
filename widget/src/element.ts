// <pilares-chat key="…" server="…">: the element that a page has.

import { Api } from "./api";
import { Chat } from "./chat";
import { el } from "./dom";
import { keepFocus } from "./focus";
import { Panel } from "./panel";
import { onColour, styles } from "./style";
import { Kept, Visitor, type IdentitySource } from "./visitor";
import { languageOf, say } from "./words";

export class PilaresChat extends HTMLElement {
  private panel: Panel | null = null;
  private chat: Chat | null = null;
  private visitor: Visitor | null = null;
  private identity: IdentitySource | null = null;

  connectedCallback(): void {
    if (this.panel !== null) return;
    const language = languageOf(this.getAttribute("language"));
    const [server, key] = [this.getAttribute("server") ?? "/", this.getAttribute("key") ?? ""];
    const kept = new Kept(`pilares:${key.slice(-12)}:`);
    this.lang = language;
    this.visitor = new Visitor(kept);
    this.visitor.identify(this.identity);
    this.panel = new Panel(language, this.getAttribute("heading") || say("title", language));
    const api = new Api(server.endsWith("/") ? server : `${server}/`, key, this.visitor.who);
    this.chat = new Chat(this.panel, api, kept, language);
    const greeting = this.getAttribute("greeting") || say("greeting", language);
    this.panel.log.append(el("p", { class: "greeting" }, greeting));
    this.draw(this.panel);
  }

  /** Who the visitor is: a signed token of the website's server, a function that fetches one, or null for a guest. */
  identify(source: IdentitySource | null): void {
    this.identity = source;
    this.visitor?.identify(source);
    this.chat?.reset();
    if (this.panel && !this.panel.node.hidden) void this.chat?.begin();
  }

  open(): void {
    if (!this.panel?.node.hidden) return;
    this.panel.node.hidden = false;
    this.panel.launcher.setAttribute("aria-expanded", "true");
    this.panel.field.focus();
    void this.chat?.begin();
  }

  close(): void {
    if (!this.panel || this.panel.node.hidden) return;
    this.panel.node.hidden = true;
    this.panel.launcher.setAttribute("aria-expanded", "false");
    this.panel.launcher.focus();
  }

  disconnectedCallback(): void {
    this.chat?.close();
  }

  private draw(panel: Panel): void {
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styles()];
    root.append(panel.node, panel.launcher);
    panel.launcher.addEventListener("click", () => (panel.node.hidden ? this.open() : this.close()));
    panel.close.addEventListener("click", () => this.close());
    keepFocus(panel.node, () => this.close());
    const accent = this.getAttribute("accent") ?? "";
    const on = onColour(accent);
    if (on !== null) {
      this.style.setProperty("--pilares-accent", accent.trim());
      this.style.setProperty("--pilares-on-accent", on);
    }
  }
}
