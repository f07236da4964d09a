// Nodes are built one by one; text goes in as text. Nothing here reads markup, and so nothing can be smuggled in.

type Attributes = Record<string, string | boolean | undefined>;

/** An element with attributes and children. `class` and ARIA attributes are given by their names in HTML. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (typeof value === "string") made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** A drawing of one path on a grid of 24, for buttons whose words are read aloud only. */
export function icon(path: string): SVGElement {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  drawn.setAttribute("viewBox", "0 0 24 24");
  drawn.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  drawn.append(line);
  return drawn;
}

export const ICONS = {
  chat: "M4 4h16v12H9l-5 4z",
  close: "M6 6l12 12M18 6L6 18",
  again: "M5 12a7 7 0 1 0 2-5M7 3v4h4",
  send: "M4 12l16-8-6 16-3-6z",
  stop: "M7 7h10v10H7z",
  up: "M7 11v9H4v-9zM7 11l4-8c2 0 2 2 2 3v4h6l-2 9c0 1-1 1-2 1H7",
  down: "M17 13V4h3v9zM17 13l-4 8c-2 0-2-2-2-3v-4H5l2-9c0-1 1-1 2-1h8",
} as const;
