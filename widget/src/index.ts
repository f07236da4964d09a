// The one script tag: <script src="https://…/widget.js" data-key="…" async></script>

import { PilaresChat } from "./element";
import type { IdentitySource } from "./visitor";

const TAG = "pilares-chat";
const TAKEN = ["key", "language", "theme", "accent", "position", "heading", "greeting"];

declare global {
  interface Window {
    Pilares?: {
      identify(source: IdentitySource | null): void;
      open(): void;
      close(): void;
    };
  }
}

function chat(): PilaresChat | null {
  return document.querySelector<PilaresChat>(TAG);
}

/** Put the chat that a script tag describes into the page; its own address says where Pilares is. */
function place(script: HTMLScriptElement): void {
  if (chat() !== null) return;
  const made = document.createElement(TAG) as PilaresChat;
  for (const name of TAKEN) {
    const value = script.dataset[name];
    if (value) made.setAttribute(name, value);
  }
  made.setAttribute("server", new URL(".", script.src).href);
  if (script.dataset["identity"]) made.identify(script.dataset["identity"]);
  document.body.append(made);
}

const script = document.currentScript;
if (!customElements.get(TAG)) customElements.define(TAG, PilaresChat);
window.Pilares = {
  identify: (source) => chat()?.identify(source),
  open: () => chat()?.open(),
  close: () => chat()?.close(),
};
if (script instanceof HTMLScriptElement && script.dataset["key"]) {
  if (document.body) place(script);
  else document.addEventListener("DOMContentLoaded", () => place(script));
}
