// The operator's page: asks the API what there is, shows it, and sends what is pressed. Every text from outside is put
// in as text, never as HTML.
(() => {
  "use strict";

  const { language, kinds, connectors: hasConnectors, words } = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const fill = (key, values) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const place = navigator.languages.find((each) => each.startsWith(language)) ?? language;
  const number = (value, digits = 0) => value.toLocaleString(place, { maximumFractionDigits: digits });
  const moment = (text) => text ? new Date(text).toLocaleString(place, { dateStyle: "short", timeStyle: "short" }) : "–";

  const since = new Intl.RelativeTimeFormat(place, { numeric: "auto" });
  const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  function age(at) {
    const seconds = Math.max(0, (Date.now() - new Date(at)) / 1000);
    const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? UNITS.at(-1);
    return since.format(-Math.floor(seconds / size), unit);
  }
  const ago = (at) => at ? make("time", { datetime: at, title: moment(at) }, age(at)) : words.never;

  function make(tag, values = {}, ...inner) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(values)) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value === true) element.setAttribute(key, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
    }
    element.append(...inner.filter((each) => each !== null && each !== undefined));
    return element;
  }
  const state = (name) => make("span", { class: "state", "data-state": name }, words[name] ?? name);
  // Commands stand between backticks in our words.
  const withCommands = (text) => text.split("`").map((piece, place) => place % 2 ? make("code", {}, piece) : piece);
  const empty = (key) => make("p", { class: "empty" }, ...withCommands(words[key]));
  function table(heads, rows) {
    const head = make("tr", {}, ...heads.map((each) => make("th", { scope: "col", class: each.number ? "number" : null }, each.text ?? "")));
    return make("div", { class: "scroll" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
  }

  // What stands still is left alone, so that an opened list or a focused button stays as it is.
  const shown = new Map();
  function show(id, data, render) {
    const now = JSON.stringify(data);
    if (shown.get(id) === now) return;
    shown.set(id, now);
    byId(id).replaceChildren(...render(data));
  }

  async function get(path) {
    const answer = await fetch(path, { cache: "no-store", headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(await why(answer));
    return answer.json();
  }
  async function send(path, method = "POST", body = null) {
    notice("");
    try {
      const answer = await fetch(path, {
        method, headers: { "content-type": "application/json" }, body: body === null ? null : JSON.stringify(body),
      });
      if (!answer.ok) notice(fill("refused", { why: await why(answer) }));
      return answer.ok;
    } catch {
      notice(words.away);
      return false;
    } finally {
      await refresh();
    }
  }
  async function why(answer) {
    try {
      const { error, detail } = await answer.json();
      return error?.message ?? error ?? (typeof detail === "string" ? detail : String(answer.status));
    } catch { return String(answer.status); }
  }
  function notice(text) { byId("notice").textContent = text; byId("notice").hidden = !text; }
  function button(text, act, values = {}) {
    return make("button", { type: "button", ...values, onclick: async (event) => {
      event.currentTarget.disabled = true;
      await act();
    } }, text);
  }

  function parts(health) {
    const named = { slm: words.slm, llm: words.llm, index: words.documents };
    const rows = Object.entries(health.parts).filter(([part]) => part !== "index").map(([part, how]) =>
      make("div", {}, make("dt", {}, named[part] ?? part), make("dd", {}, state(how))));
    rows.push(make("div", {}, make("dt", {}, words.documents), make("dd", {}, number(health.documents), " ", state(health.parts.index))));
    return [make("dl", { class: "parts" }, ...rows)];
  }

  function handoffs({ handoffs }) {
    const waiting = handoffs.filter((each) => each.state !== "closed");
    if (!waiting.length) return [empty("no_handoffs")];
    return waiting.map((each) => make("article", { class: "talk" },
      make("header", {}, state(each.state), make("span", { class: "faint" }, moment(each.created)),
        each.state === "open" ? button(words.take, () => send(`/api/v1/handoffs/${each.id}/take`), { class: "main" }) : null,
        button(words.close, () => send(`/api/v1/handoffs/${each.id}/close`))),
      make("blockquote", {}, each.summary.request),
      ...each.summary.exchanges.map((said) => make("details", {}, make("summary", {}, said.asked),
        make("p", { class: "said" }, said.answered || "–"))),
      ...each.messages.map((said) => make("blockquote", {}, said.text))));
  }

  function connectors({ connectors }) {
    if (!connectors.length) return [empty("no_connectors")];
    const rows = connectors.map((each) => {
      const told = (key, value, word = key) => value ? fill(word, { number: number(value) }) : null;
      const waits = [told("to_answer", each.to_answer), told("to_send", each.to_send)].filter(Boolean).join(" · ");
      const beside = [told("held", each.held), told("given_up", each.given_up), told("refused", each.refused, "refused_deliveries")];
      const wrong = each.error && make("p", { class: each.error.now ? "wrong" : "faint" },
        each.error.now ? null : `${words.error_over} `, each.error.text, " · ", ago(each.error.at));
      const on = each.state === "paused";
      const path = `/api/v1/connectors/${encodeURIComponent(each.name)}/${on ? "resume" : "pause"}`;
      return make("tr", {},
        make("td", {}, each.name, each.platform === each.name ? null : make("p", { class: "faint" }, each.platform)),
        make("td", {}, state(each.state), wrong),
        make("td", { class: "when" }, ago(each.last_event)),
        make("td", {}, waits || make("span", { class: "faint" }, words.nothing_waits),
          ...beside.filter(Boolean).map((text) => make("p", { class: "faint" }, text))),
        make("td", { class: "acts" }, each.state === "off" ? null
          : button(on ? words.resume : words.pause, () => send(path), { class: on ? "main" : null })));
    });
    return [table([{ text: words.connector }, { text: words.state }, { text: words.last_event }, { text: words.queue }, {}], rows)];
  }

  const failures = new Map(); // by job, once its list was opened
  function failed(job) {
    const count = job.progress.states.failed ?? 0;
    if (!count) return null;
    const list = make("ul");
    const put = (rows) => list.replaceChildren(...rows.map((row) => make("li", {}, `${row.name}: ${row.error ?? ""}`)));
    if (failures.has(job.id)) put(failures.get(job.id));
    return make("details", { open: failures.has(job.id), ontoggle: async (event) => {
      if (!event.currentTarget.open || failures.has(job.id)) return;
      const found = await get(`/api/v1/jobs/${job.id}?state=failed`).catch(() => null);
      if (found) { failures.set(job.id, found.documents); put(found.documents); }
    } }, make("summary", {}, `${words.failures} (${number(count)})`), list);
  }
  function progress(job) {
    const { done, total, unchanged } = job.progress;
    const told = total === null ? number(done) : `${number(done)} / ${number(total)}`;
    const left = job.state === "running" && job.seconds_left !== null ? ` · ${fill("left", { seconds: number(Math.ceil(job.seconds_left)) })}` : "";
    const same = unchanged ? ` · ${fill("unchanged", { number: number(unchanged) })}` : "";
    const bar = job.state === "running" ? make("progress", total ? { max: total, value: done } : {}) : null;
    return make("td", {}, bar, ` ${told}${same}${left}`, job.error ? make("p", { class: "faint" }, job.error) : null, failed(job));
  }
  function jobs({ jobs }) {
    if (!jobs.length) return [empty("no_jobs")];
    const rows = jobs.slice(0, 20).map((job) => {
      const at = job.finished ?? job.started ?? job.requested;
      const active = job.state === "waiting" || job.state === "running";
      const again = !active && (job.state !== "done" || (job.progress.states.failed ?? 0) > 0);
      const whole = async () => {
        if (window.confirm(fill("whole_question", { name: job.source }))) await send(`/api/v1/jobs/${job.id}/retry`, "POST", { whole: true });
        else await refresh(true);
      };
      return make("tr", {},
        make("td", {}, job.source, make("p", { class: "faint" }, moment(at))),
        make("td", {}, state(job.state)), progress(job),
        make("td", { class: "acts" },
          active ? button(words.cancel, () => send(`/api/v1/jobs/${job.id}/cancel`), { disabled: job.cancelling }) : null,
          again ? button(words.retry, () => send(`/api/v1/jobs/${job.id}/retry`)) : null, " ",
          job.state === "failed" ? button(words.whole, whole, { class: "danger" }) : null));
    });
    return [table([{ text: words.source }, { text: words.state }, { text: words.progress }, {}], rows)];
  }

  function sources({ sources }) {
    if (!sources.length) return [empty("no_sources")];
    const rows = sources.map((each) => {
      const path = `/api/v1/sources/${encodeURIComponent(each.name)}`;
      const remove = async () => {
        if (window.confirm(fill("remove_question", { name: each.name }))) await send(path, "DELETE");
        else await refresh(true);
      };
      return make("tr", {},
        make("td", {}, each.name), make("td", {}, each.kind ?? "–"), make("td", { class: "number" }, number(each.documents)),
        make("td", {}, each.last ? state(each.last.state) : "–", each.last?.finished ? make("p", { class: "faint" }, moment(each.last.finished)) : null),
        make("td", {}, moment(each.next)),
        make("td", { class: "acts" }, each.kind ? button(words.sync, () => send(`${path}/sync`)) : null, " ",
          !each.fixed && kinds.includes(each.kind) ? button(words.remove, remove, { class: "danger" }) : null));
    });
    return [table([{ text: words.source }, { text: words.kind }, { text: words.documents, number: true }, { text: words.last },
      { text: words.next }, {}], rows)];
  }

  function costs(ledger) {
    const row = (name, sums) => make("tr", {}, make("td", {}, name),
      ...[sums.answers === undefined ? "" : number(sums.answers),
        sums.input_tokens === undefined ? "" : `${number(sums.input_tokens)} / ${number(sums.output_tokens)}`,
        number(sums.cost, 4), `${number(sums.wh, 2)} Wh`, `${number(sums.gco2e, 2)} g`].map((each) => make("td", { class: "number" }, each)));
    const heads = [{}, ...["answers", "tokens", "money", "energy", "carbon"].map((key) => ({ text: words[key], number: true }))];
    return [table(heads, [row(words.all, ledger),
      ...Object.entries(ledger.by_tier).map(([tier, sums]) => row(words[tier] ?? tier, sums)),
      row(words.always, ledger.always_llm)])];
  }

  const ofSources = kinds ? [["jobs", "/api/v1/jobs", jobs], ["sources", "/api/v1/sources", sources]] : [];
  const ofConnectors = hasConnectors ? [["connectors", "/api/v1/connectors", connectors]] : [];
  const PARTS = [
    ["parts", "/health", parts], ["handoffs", "/api/v1/handoffs", handoffs], ...ofConnectors, ...ofSources, ["costs", "/api/v1/ledger", costs],
  ];
  for (const id of ["jobs", "sources"]) byId(id).closest("section").hidden = !kinds;
  byId("connectors").closest("section").hidden = !hasConnectors;
  async function refresh(anew = false) {
    if (anew) shown.clear();
    const found = await Promise.allSettled(PARTS.map(([, path]) => get(path)));
    let away = 0, busy = false;
    found.forEach((each, at) => {
      const [id, , render] = PARTS[at];
      if (each.status === "rejected") { away += 1; return; }
      show(id, each.value, render);
      busy ||= id === "jobs" && each.value.jobs.some((job) => job.state === "running" || job.state === "waiting");
    });
    for (const each of document.querySelectorAll("time")) each.textContent = age(each.dateTime); // it goes on by itself
    if (away === PARTS.length) notice(words.away);
    else if (byId("notice").textContent === words.away) notice("");
    return busy;
  }
  async function follow() {
    const busy = await refresh();
    setTimeout(follow, busy ? 1500 : 5000);
  }

  const add = byId("add");
  if (kinds?.length) {
    add.querySelector("select").append(...kinds.map((kind) => make("option", {}, kind)));
    add.hidden = false;
    add.addEventListener("submit", async (event) => {
      event.preventDefault();
      const given = Object.fromEntries(new FormData(add));
      const config = { name: given.name.trim(), kind: given.kind, options: { url: given.url.trim() } };
      if (given.every_minutes) config.every_minutes = Number(given.every_minutes);
      if (await send("/api/v1/sources", "POST", config)) {
        add.reset();
        await send(`/api/v1/sources/${encodeURIComponent(config.name)}/sync`);
      }
    });
  }
  follow();
})();
