"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = { agreed: "Agreed", questioned: "Questioned", wrong: "Wrong", void: "Signature void", open: "Not reviewed" };
  const order = ["wrong", "questioned", "agreed", "void"];
  const by = (id) => document.getElementById(id);
  const cards = new Map([...document.querySelectorAll(".rule")].map((card) => [card.dataset.rule, card]));
  const drafts = new Map();
  let marks = data.marks;
  let busy = false;

  // --- what is said of a rule ---

  const latest = (rule) => {
    const found = new Map();
    for (const mark of marks) if (mark.rule === rule) { found.delete(mark.name); found.set(mark.name, mark); }
    return [...found.values()];
  };
  const wordOf = (mark) => (mark.digest === data.digests[mark.rule] ? mark.mark : "void");
  const verdictOf = (rule) => {
    const found = new Set(latest(rule).map(wordOf));
    return order.find((word) => found.has(word)) || "open";
  };
  const element = (name, text, kind) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };
  const chip = (word) => element("span", words[word], `chip ${word}`);

  function show(rule) {
    const card = cards.get(rule);
    const verdict = verdictOf(rule);
    card.dataset.verdict = verdict;
    card.querySelector(".verdict").replaceChildren(chip(verdict));
    card.querySelector(".given").replaceChildren(...latest(rule).map((mark) => {
      const line = document.createElement("li");
      const said = wordOf(mark) === "void" ? `: ${mark.mark}, for the rule as it was then; it has changed since` : "";
      line.append(chip(wordOf(mark)), ` ${mark.name}, ${mark.role}, ${mark.date}${said}`);
      if (mark.comment) line.append(element("q", mark.comment));
      return line;
    }));
  }

  function count() {
    const found = { agreed: 0, questioned: 0, wrong: 0, void: 0, open: 0 };
    for (const card of cards.values()) found[card.dataset.verdict] += 1;
    by("agreed").textContent = found.agreed;
    by("verdicts").textContent = `${found.questioned} questioned, ${found.wrong} wrong, ${found.void} void`;
  }

  // --- finding a rule ---

  const texts = new Map([...cards].map(([rule, card]) => [rule, card.textContent.toLowerCase()]));
  function filter() {
    const wanted = by("words").value.toLowerCase().split(/\s+/).filter(Boolean);
    const which = by("which").value;
    let number = 0;
    for (const [rule, card] of cards) {
      const state = which === "failing" ? card.dataset.state !== "shown" : !which || card.dataset.verdict === which;
      card.hidden = !(state && wanted.every((word) => texts.get(rule).includes(word)));
      number += card.hidden ? 0 : 1;
    }
    for (const group of document.querySelectorAll(".group")) group.hidden = !group.querySelector(".rule:not([hidden])");
    by("found").textContent = wanted.length || which ? `${number} of ${cards.size} rules` : `${cards.size} rules`;
  }

  // --- marking ---

  function told(text, alarm) {
    by("unsaved").textContent = text;
    by("unsaved").className = alarm ? "alarm" : "";
  }

  function note(rule) {
    const card = cards.get(rule);
    const chosen = card.querySelector(".say input:checked");
    const comment = card.querySelector(".say textarea").value.trim();
    card.querySelector(".undo").hidden = !chosen && !comment;
    if (chosen) drafts.set(rule, { mark: chosen.value, comment });
    else drafts.delete(rule);
    busy = drafts.size > 0;
    by("signing").classList.toggle("busy", busy);
    told(busy ? `${drafts.size} ${drafts.size === 1 ? "rule" : "rules"} marked, not saved yet` : "Mark the rules that you have read.");
  }

  const asked = [["name", "your name"], ["role", "your role"], ["date", "the date"]].filter(([id]) => by(id));
  function clear(rule) {
    const card = cards.get(rule);
    card.querySelectorAll(".say input").forEach((input) => { input.checked = false; });
    card.querySelector(".say textarea").value = "";
    note(rule);
  }

  function today() {
    const now = new Date();
    return new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
  }

  function missing() {
    for (const [id, what] of asked) {
      if (!by(id).value.trim()) {
        by("signing").classList.add("asking");
        by(id).setAttribute("aria-invalid", "true");
        by(id).focus();
        told(`Please give ${what}: a mark is signed.`, true);
        return true;
      }
      by(id).removeAttribute("aria-invalid");
    }
    by("signing").classList.remove("asking");
    return false;
  }

  // The service keeps what is given and answers with everything that it has; a file holds all that is shown.
  async function send(given) {
    const body = JSON.stringify({ pack: data.pack, version: data.version, marks: given });
    let answer;
    try {
      answer = await fetch(data.post, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    } catch {
      throw new Error("the service does not answer. Save again in a moment");
    }
    if (answer.status === 401) throw new Error("you are not signed in any more. Sign in again in another window, then save here");
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.issue?.[0]?.diagnostics || `the service answered ${answer.status}`);
    return [said.marks, "Saved by the service."];
  }

  function download(given) {
    const kept = marks.filter((mark) => !given.some((one) => one.rule === mark.rule && one.name === mark.name));
    const file = { pack: data.pack, version: data.version, marks: [...kept, ...given] };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${JSON.stringify(file, null, 1)}\n`], { type: "application/json" }));
    link.download = data.file;
    link.click();
    URL.revokeObjectURL(link.href);
    return [file.marks, `Saved as ${data.file}: put it beside the pack.`];
  }

  async function save() {
    if (!drafts.size) return told("Nothing to save yet: mark a rule first.", true);
    if (missing()) return;
    const signed = { name: by("name").value.trim(), role: by("role").value.trim(), date: by("date")?.value || today() };
    const sent = new Map(drafts);
    const given = [...sent].map(([rule, draft]) => ({ rule, digest: data.digests[rule], ...draft, ...signed }));
    by("save").disabled = true;
    try {
      const [found, said] = await (data.post ? send(given) : download(given));
      marks = found;
      for (const [rule, draft] of sent) if (drafts.get(rule) === draft) clear(rule);
      for (const rule of cards.keys()) show(rule);
      count();
      filter();
      told(drafts.size ? `${said} ${drafts.size} marked since, not saved yet` : said);
    } catch (error) {
      told(`Not saved: ${error.message}.`, true);
    } finally {
      by("save").disabled = false;
    }
  }

  async function open(file) {
    let found;
    try {
      found = JSON.parse(await file.text());
    } catch {
      return told(`${file.name} is not a file of marks.`, true);
    }
    const sound = (mark) => mark && ["rule", "digest", "mark", "name", "role", "date"].every((key) => typeof mark[key] === "string")
      && ["agreed", "questioned", "wrong"].includes(mark.mark) && ["string", "undefined"].includes(typeof mark.comment);
    if (found.pack !== data.pack || !Array.isArray(found.marks) || !found.marks.every(sound)) {
      return told(`${file.name} holds no marks of ${data.pack}.`, true);
    }
    const has = (mark) => found.marks.some((one) => one.rule === mark.rule && one.name === mark.name);
    marks = [...marks.filter((mark) => !has(mark)), ...found.marks];
    for (const rule of cards.keys()) show(rule);
    count();
    filter();
    const voided = [...cards.values()].filter((card) => card.dataset.verdict === "void").length;
    const gone = found.marks.filter((mark) => !cards.has(mark.rule)).length;
    told(`${found.marks.length} ${found.marks.length === 1 ? "mark" : "marks"} opened${voided ? `, ${voided} rules changed since: their signatures are void` : ""}${gone ? `, ${gone} of rules that are no more` : ""}.`, voided > 0);
  }

  // --- links into what is folded, and paper ---

  function unfold() {
    const target = by(decodeURIComponent(location.hash.slice(1)));
    for (let up = target; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    if (target && target.closest(".rule[hidden], .group[hidden]")) { by("words").value = ""; by("which").value = ""; filter(); }
    if (target) target.scrollIntoView();
  }
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details.on-paper:not([open])")];
    for (const each of folded) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of folded) each.open = false; });

  // --- begin ---

  for (const [rule, card] of cards) {
    card.querySelector(".say").hidden = false;
    card.querySelector(".say").addEventListener("input", () => note(rule));
    card.querySelector(".undo").addEventListener("click", () => {
      clear(rule);
      card.querySelector(".say input").focus();
    });
  }
  if (by("date")) by("date").value = today();
  by("find").hidden = false;
  by("signing").hidden = false;
  by("words").addEventListener("input", filter);
  by("which").addEventListener("change", filter);
  by("save").addEventListener("click", save);
  by("open")?.addEventListener("change", (event) => { if (event.target.files[0]) open(event.target.files[0]); event.target.value = ""; });
  addEventListener("hashchange", unfold);
  addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
  filter();
  if (location.hash) unfold();
})();
