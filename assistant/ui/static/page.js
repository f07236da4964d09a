// The page's own behaviour. Python renders the HTML (assistant/ui); here, clicks and forms in it become Gradio events,
// and whatever needs no server is done at once: opening a card, copying, light and dark, panels on narrow screens.
//
//   data-act="name"        on a button, select or form: triggers the event, with the element's data and form fields
//   data-show / data-hide  shows or hides the element with that id
//   data-drawer="name"     opens a panel ("" closes it)
//   data-cite="3"          opens the card of source 3
//   data-copy, data-theme  copies the text beside it; switches between light and dark
(() => {
  "use strict";

  const page = {};
  window.pilares = page;
  const body = () => document.body;
  const byId = (id) => document.getElementById(id);
  const mainPart = () => byId("pl-main");

  // Light and dark: the system's choice, unless this browser was told otherwise. Gradio knows dark as a class of body.
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const stored = () => { try { return localStorage.getItem("pilares-theme"); } catch { return null; } };
  const wantsDark = () => (stored() ?? (system.matches ? "dark" : "light")) === "dark";
  function paint() {
    document.documentElement.classList.toggle("pl-dark", wantsDark());
    if (body() && body().classList.contains("dark") !== wantsDark()) body().classList.toggle("dark", wantsDark());
  }
  function switchTheme() {
    try { localStorage.setItem("pilares-theme", wantsDark() ? "light" : "dark"); } catch { /* private window */ }
    paint();
  }
  paint();
  system.addEventListener("change", paint);

  // Panels that lie over the page: side, sources (narrow screens only), library, reader.
  const PANELS = { side: "pl-side", sources: "pl-sources-panel", library: "pl-library", reader: "pl-reader" };
  const opened = [];
  function showPanel(name) {
    const panel = byId(PANELS[name]);
    body().dataset.drawer = name || "";
    if (panel) panel.querySelector("button, input, select, [tabindex]")?.focus({ preventScroll: true });
  }
  function openDrawer(name) {
    const at = body().dataset.drawer || "";
    if (at === name) return;
    opened.push({ name: at, focus: document.activeElement });
    showPanel(name);
  }
  function closeDrawer() {
    const before = opened.pop() ?? { name: "", focus: null };
    showPanel(before.name);
    if (before.focus && before.focus.isConnected) before.focus.focus({ preventScroll: true });
  }
  function narrow() { return window.matchMedia("(max-width: 1100px)").matches; }

  // A card of the sources panel.
  function openCard(number) {
    const card = byId(`pl-source-${number}`);
    if (!card) return;
    card.open = true;
    card.scrollIntoView({ block: "nearest", behavior: "smooth" });
    card.querySelector("mark")?.scrollIntoView({ block: "nearest" });
    card.querySelector("summary")?.focus({ preventScroll: true });
    card.classList.remove("pl-flash");
    void card.offsetWidth;
    card.classList.add("pl-flash");
  }
  const shownTurn = () => document.querySelector(".pl-sources")?.dataset.turn || "";

  function show(element, visible) {
    if (!element) return;
    element.hidden = !visible;
    if (visible) element.querySelector("textarea, input, button")?.focus();
  }

  async function copy(button) {
    const from = button.closest(".pl-question")?.querySelector(".pl-said-text") ??
      button.closest(".pl-answer")?.querySelector(".pl-text");
    if (!from) return;
    const clone = from.cloneNode(true);
    clone.querySelectorAll(".pl-cite, .pl-unseen").forEach((each) => each.remove());
    clone.style.whiteSpace = "pre-line";
    const text = (from.tagName === "P" ? clone.textContent : blockText(clone)).trim();
    try {
      await navigator.clipboard.writeText(text);
    } catch { // no permission, or not a secure page: the old way
      const field = document.createElement("textarea");
      field.value = text;
      body().append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    const label = button.getAttribute("aria-label");
    button.classList.add("pl-done");
    button.title = button.dataset.done;
    setTimeout(() => { button.classList.remove("pl-done"); button.title = label; }, 1500);
  }
  function blockText(root) {
    root.querySelectorAll("li").forEach((each) => each.prepend("- "));
    root.querySelectorAll("p, li, tr, pre, ul, ol").forEach((each) => each.append("\n"));
    return root.textContent.replace(/[ \t]+\n/g, "\n").replace(/ +([.,;:])/g, "$1").replace(/\n{3,}/g, "\n\n");
  }

  // A verdict counts with the press of the thumb; the form that opens is for those who want to say more.
  function judged(button) {
    const { answer, verdict } = button.dataset;
    for (const each of button.parentElement.querySelectorAll(".pl-thumb")) {
      each.setAttribute("aria-pressed", String(each === button));
      show(byId(`pl-why-${each.dataset.verdict}-${answer}`), false);
    }
    show(byId(`pl-why-${verdict}-${answer}`), true);
  }
  function thanked(form) {
    const note = document.createElement("p");
    note.className = "pl-note pl-thanks";
    note.setAttribute("role", "status");
    note.textContent = form.dataset.done;
    form.hidden = true;
    form.after(note);
    setTimeout(() => note.remove(), 4000);
  }

  // Shows that the press was heard; a turn that is refused comes back by itself.
  function sent(turn) {
    turn?.classList.add("pl-sent");
    setTimeout(() => turn?.classList.remove("pl-sent"), 3000);
  }

  function act(element, data, trigger) {
    const name = data.act;
    if (name === "speak") {
      document.cookie = `pilares_language=${data.language}; path=/; max-age=31536000; samesite=lax`;
      document.documentElement.lang = data.language;
    }
    if (name === "judge") element.tagName === "FORM" ? thanked(element) : judged(element);
    if (name === "pick" && body().dataset.drawer === "side") closeDrawer();
    if (name === "resend") sent(element.closest(".pl-turn"));
    if (name === "reveal") {
      if (narrow()) openDrawer("sources");
      if (shownTurn() === data.turn) { openCard(data.marker || 1); return; }
    }
    if (name === "example" || name === "resend") stick = true;
    trigger(name, data);
  }

  // Called by each gr.HTML of the page; `events` are those it may trigger.
  page.attach = (element, trigger, watch, events) => {
    const part = element.closest("[id^='pl-']")?.id;
    const allowed = (data) => events.includes(data.act);
    element.addEventListener("click", (event) => {
      const cite = event.target.closest("[data-cite]");
      if (cite && events.includes("reveal")) {
        const turn = cite.closest("[data-turn]")?.dataset.turn;
        if (turn) act(cite, { act: "reveal", turn, marker: cite.dataset.cite }, trigger);
        return;
      }
      const target = event.target.closest("button[data-act]");
      if (target && allowed(target.dataset)) act(target, { ...target.dataset }, trigger);
    });
    element.addEventListener("submit", (event) => {
      const form = event.target;
      if (form.getAttribute("action") === "/sign-out") return;  // leaves the page
      event.preventDefault();
      if (!allowed(form.dataset)) return;
      const fields = Object.fromEntries([...new FormData(form)].map(([key, value]) => [key, String(value)]));
      act(form, { ...fields, ...form.dataset }, trigger);
    });
    element.addEventListener("change", (event) => {
      const target = event.target.closest("select[data-act]");
      if (target && allowed(target.dataset)) act(target, { act: target.dataset.act, language: target.value }, trigger);
    });
    if (events.includes("recount")) recount = () => act(element, { act: "recount" }, trigger);
    watch("value", () => changed(part, element));
    changed(part, element);
  };

  function changed(part, element) {
    if (part === "pl-transcript") {
      const shown = element.querySelector("[data-conversation]");
      if (shown) arrived(shown.dataset.conversation);
    }
    if (part === "pl-sources-html") {
      const focus = element.querySelector(".pl-sources")?.dataset.focus;
      if (focus) openCard(focus);
    }
    if (part === "pl-reader" && element.querySelector(".pl-reader")) {
      openDrawer("reader");
      element.querySelector("mark")?.scrollIntoView({ block: "center" });
    }
    if (part === "pl-side-foot") {
      const language = element.querySelector("select")?.value;
      if (language) document.documentElement.lang = language;
    }
    if (part === "pl-top") {
      const title = element.querySelector(".pl-top-title")?.textContent;
      if (title) document.title = title === "Pilares" ? title : `${title} · Pilares`;
    }
  }

  // The address names the conversation, so that a reload and a bookmark find it again.
  function arrived(conversation) {
    const address = new URL(location.href);
    if ((address.searchParams.get("c") || "") !== conversation) {
      conversation ? address.searchParams.set("c", conversation) : address.searchParams.delete("c");
      history.replaceState(history.state, "", address);
      stick = true;
    }
    body().dataset.ready = "true";
    scrollDown();
  }

  // The conversation stays at its end while words come in, unless the reader has scrolled up.
  let stick = true;
  const talk = () => byId("pl-talk");
  function scrollDown() { if (stick && talk()) talk().scrollTop = talk().scrollHeight; }
  function watchTalk() {
    const area = talk();
    if (!area) return;
    area.addEventListener("scroll", () => {
      stick = area.scrollHeight - area.scrollTop - area.clientHeight < 80;
    }, { passive: true });
    new MutationObserver(scrollDown).observe(area, { childList: true, subtree: true, characterData: true });
    area.setAttribute("role", "log");
    area.setAttribute("aria-live", "polite");
    area.tabIndex = 0;
  }

  // Documents that came or went since the page was shown: the first ones while models load, a sync, another window.
  let recount = () => {};
  let told = null;
  function count(documents) {
    const shown = document.querySelector(".pl-side-foot")?.dataset.documents;
    if (documents === undefined || shown === undefined || shown === String(documents) || told === documents) return;
    told = documents; // once for each number, whatever comes of it
    recount();
  }

  // Whether models are still loading is asked without Gradio: its queue may be what is waiting.
  async function health() {
    let state = null;
    try { state = await (await fetch("health", { cache: "no-store" })).json(); } catch { /* the server is away */ }
    for (const banner of document.querySelectorAll(".pl-banner")) {
      banner.hidden = banner.dataset.state !== state?.status;
      if (!banner.hidden && banner.dataset.state === "degraded") {
        banner.dataset.words ??= banner.textContent;
        const away = Object.keys(state.parts).filter((part) => state.parts[part] === "unavailable");
        banner.textContent = banner.dataset.words.replace("%", away.map((part) => banner.dataset[part]).join(", "));
      }
    }
    count(state?.documents);
    setTimeout(health, { ok: 30000, degraded: 5000 }[state?.status] ?? 1500);
  }

  // Files may be dropped anywhere: they go through the documents drawer's own upload button.
  function watchDrops() {
    const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    let depth = 0;
    const hover = (on) => { body().classList.toggle("pl-dropping", on); };
    document.addEventListener("dragenter", (event) => { if (carriesFiles(event)) { depth += 1; hover(true); } });
    document.addEventListener("dragleave", (event) => { if (carriesFiles(event) && --depth <= 0) { depth = 0; hover(false); } });
    document.addEventListener("dragover", (event) => { if (carriesFiles(event)) event.preventDefault(); });
    document.addEventListener("drop", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth = 0;
      hover(false);
      const input = document.querySelector("#pl-library input[type=file]");
      if (!input || !event.dataTransfer.files.length) return;
      openDrawer("library");
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-show], [data-hide], [data-drawer], [data-copy], [data-theme], .pl-backdrop, #pl-new");
    if (!target || target === body()) return;
    if (target.matches(".pl-backdrop")) closeDrawer();
    else if (target.id === "pl-new") { if (body().dataset.drawer === "side") closeDrawer(); byId("pl-question")?.querySelector("textarea")?.focus(); }
    else if ("show" in target.dataset) show(byId(target.dataset.show), byId(target.dataset.show)?.hidden);
    else if ("hide" in target.dataset) show(byId(target.dataset.hide), false);
    else if ("copy" in target.dataset) copy(target);
    else if ("theme" in target.dataset) switchTheme();
    else if ("drawer" in target.dataset) target.dataset.drawer ? openDrawer(target.dataset.drawer) : closeDrawer();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const form = event.target.closest?.("form[id^='pl-']");
      if (form && !form.hidden) form.hidden = true;
      else if (body().dataset.drawer) closeDrawer();
    }
    if (event.key === "Enter" && !event.shiftKey && event.target.matches?.("#pl-question textarea")) stick = true;
  });

  document.addEventListener("DOMContentLoaded", () => {
    paint();
    new MutationObserver(paint).observe(body(), { attributes: true, attributeFilter: ["class"] });
    const backdrop = document.createElement("div");
    backdrop.className = "pl-backdrop";
    body().append(backdrop);
    setTimeout(() => { body().dataset.ready = "true"; }, 6000);
    const wait = new MutationObserver(() => {
      if (!mainPart()) return;
      wait.disconnect();
      watchTalk();
      health();
      watchDrops();
    });
    wait.observe(body(), { childList: true, subtree: true });
  });
})();
