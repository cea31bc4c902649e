// One message in full: its words with the marks, the findings, and the advice in its language.

const isolated = (text) => element("bdi", {}, text);

function marked(part) {
  if (typeof part === "string") return part;
  const [text, style, numbers] = part;
  if (style === "note") return element("span", { class: "left-out" }, text);
  const ends = numbers.map((number) => element("sup", {}, String(number)));
  return element("mark", { class: style }, text, ends);
}

function letter(message) {
  const attributes = {
    class: "letter",
    dir: direction(message.lang),
    lang: message.lang === "other" ? "und" : message.lang,
  };
  return element("div", attributes, (message.text ?? []).map(marked));
}

/** Return the words before {text} in bold, then the text. */
function labelled(pattern, text) {
  const [before, after] = pattern.split("{text}");
  return element("p", {}, element("b", {}, before.trim()), " ", text, after);
}

function finding(found, say) {
  const { title: name, why, text, example } = told.advice[found.advice];
  const heading = element("h4", {}, element("span", { class: "number" }, `${found.number}`), name);
  if (found.style === "healthy") return element("li", { class: found.style }, heading, element("p", {}, why));
  return element(
    "li",
    { class: found.style },
    heading,
    found.note ? element("p", { class: "quoted", dir: "auto" }, found.note) : null,
    labelled(say.why, why),
    labelled(say.instead, text),
    labelled(say.example, filled(say.quote, { text: example })),
  );
}

function listed(heading, items) {
  return items.length ? [element("h3", {}, heading), element("ul", { class: "findings" }, items)] : [];
}

function slips(message, say) {
  const items = (message.slips ?? []).map(([text, advice]) =>
    element(
      "li",
      { class: "slip" },
      text ? element("p", { class: "quoted" }, isolated(filled(say.quote, { text }))) : null,
      element("p", { dir: "auto" }, advice),
    ),
  );
  return listed(say.slips, items);
}

function changes(message, say) {
  const items = (message.changes ?? []).map(([text, what]) =>
    element(
      "li",
      { class: "change" },
      element("p", { class: "quoted" }, isolated(filled(say.quote, { text }))),
      element("p", {}, what),
    ),
  );
  return listed(say.changes, items);
}

function circumstances(message, say) {
  const { cluster, recipients, attachments, asides, limits } = message;
  const lines = [];
  if (cluster) {
    const places = { n: counted(cluster.size), recipients: counted(cluster.recipients) };
    lines.push(filled(say.cluster_of, { ...places, percent: percent(cluster.personal_share) }));
  }
  if (recipients) lines.push(filled(say.recipients_many, { n: counted(recipients) }));
  if (attachments) lines.push(filled(say.attachments, { names: attachments.join(", ") }));
  if (asides) lines.push(filled(say.aside, { kinds: asides.map((kind) => say[kind]).join(", ") }));
  const items = [...lines, ...(limits ?? [])].map((line) => element("li", { dir: "auto" }, line));
  return items.length ? element("ul", { class: "circumstances" }, items) : null;
}

function findings(message, say) {
  const all = message.findings ?? [];
  const of = (healthy) =>
    all.filter((one) => (one.style === "healthy") === healthy).map((one) => finding(one, say));
  const raised = message.outcome === "flag" || message.outcome === "unsure";
  const offences = listed(say.findings, of(false));
  const whole = raised && !offences.length ? [element("p", {}, say.whole)] : [];
  return [...offences, ...whole, ...listed(say.signs, of(true))];
}

/** Return the whole of a message as an article; its words follow the message's language. */
function detail(message) {
  const say = told.words[message.voice];
  const said = [
    element("p", { class: `headline ${message.outcome}` }, message.headline),
    message.why ? element("p", { dir: "auto" }, message.why) : null,
    (message.told ?? []).map((line) => element("p", { class: "score" }, line)),
    slips(message, say),
    findings(message, say),
    changes(message, say),
    circumstances(message, say),
  ].flat(2);
  return element(
    "article",
    { class: "detail" },
    element("p", { class: "place" }, isolated(message.place)),
    message.text ? letter(message) : null,
    element("div", { class: "said", lang: message.voice, dir: direction(message.voice) }, said.filter(Boolean)),
  );
}
