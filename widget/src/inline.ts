// Words within a line of an answer: emphasis, code, links, markers of citations.

import { el } from "./dom";
import { safeLink } from "./links";

/** Makes the button of a citation; null for a number that the answer does not cite. */
export type Cite = (marker: number) => Node | null;

export interface Inside {
  cite: Cite;
  newTab: string;
}

const DEEPEST = 4;
// Every part is limited in length, and none can match in two ways: a line of any length is read once.
const TOKEN = new RegExp(
  [
    "`([^`\\n]{1,500})`", // 1 code
    "\\*\\*([^*\\n]{1,2000})\\*\\*", // 2 strong
    "\\*([^*\\s][^*\\n]{0,1000})\\*", // 3 emphasis
    "!\\[([^\\]\\n]{0,300})\\]\\([^)\\s]{0,1000}\\)", // 4 an image: its words alone
    "\\[([^\\]\\n]{1,500})\\]\\(([^)\\s]{1,1000})\\)", // 5, 6 link
    "\\[(\\d{1,3})\\]", // 7 citation
    "(https?:\\/\\/[^\\s<>\"'`]{1,1000})", // 8 an address
  ].join("|"),
  "g",
);

/** The words of a line as nodes. */
export function inline(text: string, inside: Inside, depth = 0): Node[] {
  const found: Node[] = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > from) found.push(document.createTextNode(text.slice(from, match.index)));
    found.push(...token(match, inside, depth));
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push(document.createTextNode(text.slice(from)));
  return found;
}

function token(match: RegExpMatchArray, inside: Inside, depth: number): Node[] {
  const [all, code, strong, emphasis, image, words, target, marker, address] = match;
  const within = (text: string): Node[] =>
    depth < DEEPEST ? inline(text, inside, depth + 1) : [document.createTextNode(text)];
  if (code !== undefined) return [el("code", {}, code)];
  if (strong !== undefined) return [el("strong", {}, ...within(strong))];
  if (emphasis !== undefined) return [el("em", {}, ...within(emphasis))];
  if (image !== undefined) return [document.createTextNode(image)];
  if (words !== undefined) return [link(target ?? "", within(words), inside)];
  if (marker !== undefined) return [inside.cite(Number(marker)) ?? document.createTextNode(all)];
  return bare(address ?? all, inside);
}

/** An address in the text; a full stop or bracket after it ends the sentence, not the address. */
function bare(text: string, inside: Inside): Node[] {
  const address = text.replace(/[.,;:!?)\]*]{1,20}$/, "");
  return [link(address, [document.createTextNode(address)], inside), document.createTextNode(text.slice(address.length))];
}

function link(target: string, words: Node[], inside: Inside): Node {
  const href = safeLink(target);
  if (href === null) return el("span", {}, ...words);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer nofollow", title: inside.newTab }, ...words);
}
