// The messages, and which of them to show in which order. Nothing here touches the page.

const data = (id) => JSON.parse(document.getElementById(id).textContent);
const told = data("told");
const messages = data("messages");
const words = told.words[told.lang];
const collator = new Intl.Collator([told.lang, "en", "fr", "he"], { numeric: true });

const RANK = { flag: 0, unsure: 1, failed: 2, not_judged: 3, ok: 4 };
const TITLE = 120;
const MARKS = /\p{M}/gu;

const filled = (text, places) => text.replace(/{(\w+)}/g, (_, name) => places[name]);
const counted = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, words.thousands);
const percent = (share) =>
  filled(words.percent, { n: Math.min(99, Math.max(1, Math.round(100 * share))) });
const direction = (lang) => ({ he: "rtl", other: "auto" })[lang] ?? "ltr";
const plainText = (message) =>
  (message.text ?? []).map((part) => (typeof part === "string" ? part : part[0])).join("");

// What a reader types is compared without case, accents and vowel points.
const folded = (text) => text.normalize("NFD").replace(MARKS, "").toLowerCase();

const haystacks = new Map();
function haystack(message) {
  if (!haystacks.has(message)) {
    const parts = [message.subject ?? "", message.place, plainText(message), message.why ?? ""];
    haystacks.set(message, folded(parts.join("\n")));
  }
  return haystacks.get(message);
}

function fits(message, filter) {
  return (
    (!filter.outcome || message.outcome === filter.outcome) &&
    (!filter.lang || (message.lang === filter.lang && message.outcome !== "failed")) &&
    (!filter.cluster || message.cluster?.id === filter.cluster) &&
    (!filter.tactic || (message.findings ?? []).some((one) => one.tactic === filter.tactic)) &&
    filter.needles.every((needle) => haystack(message).includes(needle))
  );
}

const highest = (message) => Math.max(-1, ...(message.scores ?? []));
const score = (place) => (a, b) => (b.scores?.[place] ?? -1) - (a.scores?.[place] ?? -1);

/** Return what to call a message: its subject, or how it begins, or where it stands. */
function title(message) {
  const name = message.subject ?? plainText(message).slice(0, 2 * TITLE).trim().replace(/\s+/g, " ");
  if (name.length <= TITLE) return name || message.place;
  return `${name.slice(0, TITLE).replace(/\s\S*$/, "")}…`;
}

/** Return the name of a message's language; of what could not be read, a dash. */
const spoken = (message) => (message.outcome === "failed" ? "–" : words[`lang_${message.lang}`]);

const SORTS = {
  outcome: (a, b) => RANK[a.outcome] - RANK[b.outcome] || highest(b) - highest(a),
  message: (a, b) => collator.compare(title(a), title(b)),
  lang: (a, b) => collator.compare(spoken(a), spoken(b)),
  cv_blast: score(0),
  give_to_get: score(1),
};

/** Return the messages that fit, in order; equal ones stay in the order they were read. */
function chosen(filter, sort) {
  const needles = folded(filter.query ?? "").split(/\s+/).filter(Boolean);
  const found = messages.filter((message) => fits(message, { ...filter, needles }));
  const compare = SORTS[sort.key];
  return found.sort(sort.reversed ? (a, b) => compare(b, a) : compare);
}
