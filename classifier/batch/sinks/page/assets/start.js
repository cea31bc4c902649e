// Where everything is tied to the page, and what is put on paper.

const PRINTED = 200;

function preparePrint() {
  const raised = messages.filter(({ outcome }) => outcome === "flag" || outcome === "unsure");
  const shown = raised.sort(SORTS.outcome).slice(0, PRINTED);
  const more = filled(words.print_more, { n: counted(raised.length - shown.length) });
  byId("print").replaceChildren(
    ...(shown.length ? [element("h2", {}, words.print_heading)] : []),
    ...shown.map((message) => element("div", { class: "sheet" }, element("h3", { dir: "auto" }, title(message)), detail(message))),
    ...(raised.length > shown.length ? [element("p", {}, more)] : []),
  );
  byId("print").hidden = false;
}

function afterPrint() {
  byId("print").replaceChildren();
  byId("print").hidden = true;
}

byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("query").addEventListener("input", ({ target }) => ask({ query: target.value }));
for (const name of SELECTS) {
  byId(name).addEventListener("change", ({ target }) => ask({ [name]: target.value }));
}
for (const name of ["outcome", "tactic", "cluster"]) {
  for (const button of document.querySelectorAll(`button[data-${name}]`)) chooser(button, name);
}
for (const button of document.querySelectorAll("[data-sort]")) {
  button.addEventListener("click", () => sortBy(button.dataset.sort));
}
byId("previous").addEventListener("click", () => turn(-1));
byId("next").addEventListener("click", () => turn(1));
byId("reset").addEventListener("click", reset);
window.addEventListener("beforeprint", preparePrint);
window.addEventListener("afterprint", afterPrint);
search();
