// How it looks. The sheet is constructed, so that a page's content security policy for styles need not name us.

const CSS = `
:host { --a: var(--pilares-accent, #1f5fbf); --on: var(--pilares-on-accent, #fff); --bg: #fff; --fg: #1b1f24;
  --soft: #f1f3f6; --line: #7d8590; --quiet: #57606a; position: fixed; inset: auto 20px 20px auto; z-index: 2147483000;
  font: 16px/1.5 system-ui, sans-serif; color: var(--fg); text-align: start; }
:host([position="left"]) { inset: auto auto 20px 20px; }
:host([theme="dark"]) { --bg: #16191d; --fg: #e8eaed; --soft: #24292f; --line: #7d8590; --quiet: #a9b1ba; color-scheme: dark; }
@media (prefers-color-scheme: dark) { :host(:not([theme="light"])) { --bg: #16191d; --fg: #e8eaed; --soft: #24292f;
  --line: #7d8590; --quiet: #a9b1ba; color-scheme: dark; } }
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
button, textarea { font: inherit; color: inherit; }
button { cursor: pointer; border: 0; background: none; border-radius: 8px; padding: 6px; min-width: 36px; min-height: 36px; }
button:hover { background: var(--soft); }
button:disabled { opacity: .5; cursor: default; }
:focus-visible { outline: 3px solid var(--a); outline-offset: 2px; }
svg { width: 22px; height: 22px; display: block; margin: auto; fill: none; stroke: currentColor; stroke-width: 2;
  stroke-linejoin: round; stroke-linecap: round; }
.launcher { width: 60px; height: 60px; border-radius: 30px; background: var(--a); color: var(--on);
  box-shadow: 0 4px 16px #0006; }
.launcher:hover { background: var(--a); filter: brightness(1.08); }
.launcher:focus-visible, .send:focus-visible { outline: 3px solid var(--fg); box-shadow: 0 0 0 2px var(--bg); }
.panel { position: fixed; inset: auto 20px 92px auto; width: min(400px, calc(100vw - 40px));
  height: min(640px, calc(100dvh - 112px)); display: flex; flex-direction: column; background: var(--bg);
  border: 1px solid var(--line); border-radius: 14px; overflow: hidden; box-shadow: 0 8px 32px #0005; }
:host([position="left"]) .panel { inset: auto auto 92px 20px; }
@media (max-width: 480px) { .panel, :host([position="left"]) .panel { inset: 0; width: 100vw; height: 100dvh; border: 0;
  border-radius: 0; } .panel:not([hidden]) ~ .launcher { display: none; } }
header { display: flex; align-items: center; gap: 4px; padding: 10px 10px 10px 16px; background: var(--a);
  color: var(--on); }
header button:hover { background: #0003; }
header :focus-visible { outline-color: var(--on); }
h2 { flex: 1; margin: 0; font-size: 17px; overflow-wrap: anywhere; }
.log { flex: 1; overflow-y: auto; padding: 14px 16px; overflow-wrap: anywhere; }
.said { margin: 0 0 14px; }
.said.you { margin-inline-start: 15%; padding: 8px 12px; border-radius: 12px; background: var(--soft); white-space: pre-wrap; }
.said.draft { color: var(--quiet); }
.said.person { border-inline-start: 3px solid var(--a); padding-inline-start: 10px; white-space: pre-wrap; }
.greeting, .status, .contact { color: var(--quiet); font-size: 15px; }
.text > :first-child { margin-top: 0; }
p, ul, ol, pre, blockquote, .wide { margin: 0 0 8px; }
ul, ol { padding-inline-start: 24px; }
.heading { font-weight: 700; }
pre, .wide { overflow-x: auto; background: var(--soft); padding: 8px; border-radius: 8px; font-size: 14px; }
table { border-collapse: collapse; } th, td { border: 1px solid var(--line); padding: 3px 8px; text-align: start; }
a { color: inherit; }
.cite { min-width: 24px; min-height: 24px; padding: 0 5px; margin: 0 1px; font-size: 13px; line-height: 20px;
  border: 1px solid var(--line); border-radius: 12px; vertical-align: 2px; }
details { font-size: 14px; border: 1px solid var(--line); border-radius: 8px; margin: 0 0 6px; }
summary { padding: 4px 10px; cursor: pointer; }
blockquote { border-inline-start: 3px solid var(--line); padding-inline-start: 10px; }
details blockquote { margin: 4px 10px 8px; }
.thumbs { display: flex; gap: 4px; }
.thumbs button[aria-pressed="true"] { background: var(--a); color: var(--on); }
.thumbs svg { width: 18px; height: 18px; }
.status { margin: 0; padding: 0 16px; min-height: 24px; }
.ask { display: flex; gap: 6px; align-items: end; padding: 8px 12px; }
textarea { flex: 1; resize: none; height: 64px; padding: 8px 10px; background: var(--bg); border: 1px solid var(--line);
  border-radius: 10px; }
.send { background: var(--a); color: var(--on); min-width: 44px; min-height: 44px; }
.send:hover { background: var(--a); filter: brightness(1.08); }
footer { padding: 0 12px 10px; }
footer button { border: 1px solid var(--line); padding: 4px 12px; }
.contact { margin: 4px 4px 0; white-space: pre-wrap; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: no-preference) { .log { scroll-behavior: smooth; } }
`;

let sheet: CSSStyleSheet | null = null;

/** The one sheet of all widgets of a page. */
export function styles(): CSSStyleSheet {
  if (sheet === null) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}

/** Black or white, whichever is easier to read on a colour (WCAG 2.2, relative luminance); null for no colour. */
export function onColour(colour: string): string | null {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour.trim());
  if (!hex) return null;
  const [red = 0, green = 0, blue = 0] = hex.slice(1).map((pair) => {
    const share = parseInt(pair, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? "#fff" : "#000";
}
