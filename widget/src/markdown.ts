// The part of Markdown that answers use, as nodes: paragraphs, lists, headings, quotations, code, tables. No images.

import { el } from "./dom";
import { inline, type Inside } from "./inline";

const ITEM = /^\s{0,8}(?:[-*•]|(\d{1,4})[.)])\s+(.*)$/;
const HEADING = /^#{1,6}\s+(.*)$/;
const RULE = /^\|?[\s:|-]{3,}$/;

/** A text as nodes. */
export function markdown(text: string, inside: Inside): DocumentFragment {
  const made = document.createDocumentFragment();
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (!line.trim()) at += 1;
    else {
      const [node, after] = block(lines, at, inside);
      made.append(node);
      at = after;
    }
  }
  return made;
}

/** The block that begins at a line, and the line after it. */
function block(lines: string[], at: number, inside: Inside): [Node, number] {
  const line = lines[at] ?? "";
  const heading = HEADING.exec(line);
  if (line.startsWith("```")) return fence(lines, at + 1);
  if (heading) return [el("p", { class: "heading" }, ...inline(heading[1] ?? "", inside)), at + 1];
  if (ITEM.test(line)) return list(lines, at, inside);
  if (line.includes("|") && RULE.test((lines[at + 1] ?? "").trim())) return table(lines, at, inside);
  if (line.startsWith(">")) return gathered(lines, at, (each) => each.startsWith(">"), "blockquote", inside);
  return gathered(lines, at, (each, place) => place === at || !begins(each), "p", inside);
}

/** Whether a line begins something else than the rest of a paragraph. */
function begins(line: string): boolean {
  return !line.trim() || ITEM.test(line) || HEADING.test(line) || line.startsWith("```") || line.startsWith(">");
}

function gathered(
  lines: string[],
  at: number,
  belongs: (line: string, place: number) => boolean,
  tag: "p" | "blockquote",
  inside: Inside,
): [Node, number] {
  const made = el(tag);
  let next = at;
  for (; next < lines.length && belongs(lines[next] ?? "", next); next += 1) {
    if (next > at) made.append(el("br"));
    made.append(...inline((lines[next] ?? "").replace(/^>\s?/, ""), inside));
  }
  return [made, next];
}

function fence(lines: string[], from: number): [Node, number] {
  let end = from;
  while (end < lines.length && !(lines[end] ?? "").startsWith("```")) end += 1;
  return [el("pre", { tabindex: "0" }, el("code", {}, lines.slice(from, end).join("\n"))), end + 1];
}

function list(lines: string[], at: number, inside: Inside): [Node, number] {
  const first = ITEM.exec(lines[at] ?? "");
  const number = first?.[1];
  const made = number === undefined ? el("ul") : el("ol", { start: number });
  let next = at;
  for (; next < lines.length; next += 1) {
    const item = ITEM.exec(lines[next] ?? "");
    if (!item || (item[1] === undefined) !== (number === undefined)) break;
    made.append(el("li", {}, ...inline(item[2] ?? "", inside)));
  }
  return [made, next];
}

function table(lines: string[], at: number, inside: Inside): [Node, number] {
  const row = (line: string, tag: "th" | "td"): Node =>
    el("tr", {}, ...cells(line).map((cell) => el(tag, tag === "th" ? { scope: "col" } : {}, ...inline(cell, inside))));
  const body = el("tbody");
  let next = at + 2;
  for (; next < lines.length && (lines[next] ?? "").includes("|"); next += 1) body.append(row(lines[next] ?? "", "td"));
  const made = el("table", {}, el("thead", {}, row(lines[at] ?? "", "th")), body);
  return [el("div", { class: "wide", tabindex: "0" }, made), next];
}

function cells(line: string): string[] {
  return line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
}
