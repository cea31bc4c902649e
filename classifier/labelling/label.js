"use strict";
// One question at a time. Offsets count code points, as the file of answers does; the browser's
// own count UTF-16 units, so every text is taken apart with Array.from.

const at = (id) => document.getElementById(id);
const LABELS = { c: ["cv_blast"], g: ["give_to_get"], b: ["cv_blast", "give_to_get"], n: [] };
const WHY = {
  uncertain: "blastcheck is unsure of it",
  neighbours: "it was judged unlike its neighbours",
  random: "it was drawn by chance",
};
let question = { done: true };
let spans = [];
let borderline = false;
let busy = false;

async function ask(name, body) {
  if (busy) return;
  busy = true;
  try {
    const said = body === undefined ? {} : {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    };
    const response = await fetch(name, said);
    const found = await response.json();
    if (found.error) {
      at("said").textContent = found.error;
    } else {
      question = found;
      spans = [];
      borderline = false;
      at("said").textContent = "";
      show();
    }
  } catch {
    at("said").textContent = "blastcheck does not answer: is the command still running?";
  } finally {
    busy = false;
  }
}

function show() {
  document.querySelector("main").classList.toggle("done", question.done);
  const option = (tactic) => {
    const one = document.createElement("option");
    one.value = tactic.id;
    one.textContent = tactic.code ? `${tactic.code} ${tactic.title}` : tactic.title;
    return one;
  };
  if (question.done) {
    at("progress").textContent = "Nothing is left to ask. You can close this page.";
    for (const id of ["place", "subject", "message", "legend", "marks"]) at(id).replaceChildren();
    return;
  }
  at("progress").textContent =
    `${question.answered} answered, ${question.left} left; ${WHY[question.picked]}.`;
  at("place").textContent = question.place;
  at("subject").textContent = question.subject;
  at("subject").hidden = !question.subject;
  at("message").lang = question.lang;
  const chosen = at("tactic").value;
  at("tactic").replaceChildren(...question.tactics.map(option));
  if (chosen) at("tactic").value = chosen;
  const titles = [...new Set(question.evidence.map((found) => found.title))];
  at("legend").textContent = titles.length ? `Marked by blastcheck: ${titles.join("; ")}` : "";
  paint();
}

// Cuts the text at every border of a mark, and marks each piece with all that covers it.
function paint() {
  const letters = Array.from(question.text);
  const all = [...question.evidence, ...spans.map((span) => ({ ...span, own: true }))];
  const borders = new Set([0, letters.length]);
  for (const one of all) borders.add(one.start).add(one.end);
  const places = [...borders].filter((n) => n >= 0 && n <= letters.length).sort((a, b) => a - b);
  const pieces = places.slice(0, -1).map((start, i) => {
    const text = letters.slice(start, places[i + 1]).join("");
    const over = all.filter((one) => one.start <= start && start < one.end);
    if (!over.length) return document.createTextNode(text);
    const mark = document.createElement("mark");
    mark.textContent = text;
    mark.title = over.map((one) => one.title).join("; ");
    if (over.some((one) => one.own)) mark.className = "own";
    return mark;
  });
  at("message").replaceChildren(...pieces);
  at("marks").replaceChildren(...spans.map((span) => {
    const item = document.createElement("li");
    item.dir = "auto";
    item.textContent = `${span.title}: ${letters.slice(span.start, span.end).join("")}`;
    return item;
  }));
  document.querySelector('[data-key="k"]').setAttribute("aria-pressed", String(borderline));
}

function selected() {
  const selection = window.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const message = at("message");
  if (!message.contains(range.startContainer) || !message.contains(range.endContainer)) return null;
  const before = document.createRange();
  before.selectNodeContents(message);
  before.setEnd(range.startContainer, range.startOffset);
  const start = Array.from(before.toString()).length;
  return { start, end: start + Array.from(range.toString()).length };
}

function mark() {
  const place = selected();
  if (!place) {
    at("said").textContent = "Select words of the message first.";
    return;
  }
  const tactic = question.tactics.find((one) => one.id === at("tactic").value);
  spans.push({ ...place, tactic: tactic.id, title: tactic.title });
  window.getSelection().removeAllRanges();
  at("said").textContent = "";
  paint();
}

function press(key) {
  if (key === "u") {
    if (spans.pop()) paint();
    else ask("undo", {});
    return;
  }
  if (question.done) return;
  const { place } = question;
  if (key in LABELS) {
    const marks = spans.map(({ start, end, tactic }) => ({ start, end, tactic }));
    ask("answer", { place, labels: LABELS[key], borderline, spans: marks });
  } else if (key === "s") {
    ask("skip", { place });
  } else if (key === "k") {
    borderline = !borderline;
    paint();
  } else if (key === "m") {
    mark();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("select")) return;
  if ("cgbnksum".includes(event.key)) press(event.key);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) press(button.dataset.key);
});
// The button must not take the selection away before `mark` has read it.
document.querySelector('[data-key="m"]').addEventListener("mousedown", (event) => event.preventDefault());
ask("question");
