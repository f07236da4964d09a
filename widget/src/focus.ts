// The keyboard stays inside an open panel; Escape leaves it.

const REACHED = "button, textarea, a[href], summary, [tabindex='0']";

/** What the Tab key reaches inside, in order. */
function reachable(panel: HTMLElement): HTMLElement[] {
  return [...panel.querySelectorAll<HTMLElement>(REACHED)].filter(
    (each) => !each.matches(":disabled") && each.checkVisibility(),
  );
}

/** Keep the focus inside `panel` and call `leave` on Escape. */
export function keepFocus(panel: HTMLElement, leave: () => void): void {
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();
      event.stopPropagation();
      leave();
    }
    if (event.key !== "Tab") return;
    const inside = reachable(panel);
    const [first, last] = [inside[0], inside.at(-1)];
    const now = (panel.getRootNode() as ShadowRoot).activeElement;
    const [end, other] = event.shiftKey ? [first, last] : [last, first];
    if (now === end || now === panel) {
      event.preventDefault();
      other?.focus();
    }
  });
}
