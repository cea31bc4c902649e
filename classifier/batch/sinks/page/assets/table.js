// The table: a page of rows at a time, each opening into its message.

const ROWS = 25;

function tags(message) {
  const names = (message.findings ?? [])
    .filter((found) => found.style !== "healthy")
    .map((found) => told.tactics[told.lang][found.tactic]);
  if (message.slips) names.unshift(words.slip);
  return names.slice(0, 4).map((name) => element("span", { class: "tag" }, name));
}

function row(message) {
  const lang = message.lang === "other" ? "und" : message.lang;
  const button = element(
    "button",
    { type: "button", class: "open", "aria-expanded": "false" },
    element("bdi", { class: "title", lang, dir: direction(message.lang) }, title(message)),
  );
  const [blast, give] = message.scores ?? [];
  const made = element(
    "tr",
    {},
    element("td", { class: "outcome" }, badge(message.outcome)),
    element("td", { class: "message" }, button, element("div", { class: "tags" }, tags(message))),
    element("td", { class: "lang" }, spoken(message)),
    element("td", { class: "number", "data-label": words.column_cv_blast }, meter(blast, "cv_blast")),
    element("td", { class: "number", "data-label": words.column_give_to_get }, meter(give, "give_to_get")),
  );
  button.addEventListener("click", () => toggle(made, button, message));
  return made;
}

function toggle(made, button, message) {
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  made.classList.toggle("opened", !open);
  if (open) {
    made.nextElementSibling.remove();
  } else {
    made.after(element("tr", { class: "more" }, element("td", { colspan: "5" }, detail(message))));
  }
}

/** Show the rows from `first` on. */
function showRows(found, first) {
  const last = Math.min(first + ROWS, found.length);
  byId("rows").replaceChildren(...found.slice(first, last).map(row));
  byId("table").hidden = !found.length;
  byId("pages").hidden = found.length <= ROWS;
  byId("previous").disabled = first === 0;
  byId("next").disabled = last === found.length;
  const places = { from: counted(first + 1), to: counted(last), total: counted(found.length) };
  byId("span").textContent = filled(words.page_of, places);
}
