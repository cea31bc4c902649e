// What the reader asked for, and the page that follows from it.

const state = { filter: {}, sort: { key: "outcome", reversed: false }, first: 0, found: [] };
const SELECTS = ["outcome", "tactic", "lang"];
const RISING = ["message", "lang"];

function show() {
  const { filter, sort, found } = state;
  showRows(found, state.first);
  const places = { n: counted(found.length), total: counted(messages.length) };
  const several = filled(found.length ? words.found_some : words.found_none, places);
  byId("found").textContent = filter.cluster ? `${several}. ${words.cluster_chosen}` : several;
  byId("reset").hidden = !Object.values(filter).some(Boolean);
  for (const name of SELECTS) byId(name).value = filter[name] ?? "";
  pressed("outcome");
  pressed("tactic");
  for (const button of document.querySelectorAll("[data-sort]")) {
    const { sort: key } = button.dataset;
    const rising = RISING.includes(key) !== sort.reversed;
    const way = rising ? "ascending" : "descending";
    button.parentElement.setAttribute("aria-sort", key === sort.key ? way : "none");
  }
}

function pressed(name) {
  for (const button of document.querySelectorAll(`[data-${name}]`)) {
    button.setAttribute("aria-pressed", String(button.dataset[name] === state.filter[name]));
  }
}

function search() {
  state.first = 0;
  state.found = chosen(state.filter, state.sort);
  show();
}

function ask(changes) {
  Object.assign(state.filter, changes);
  search();
}

/** Let a button outside the table choose what the table shows; pressed again, it lets go. */
function chooser(button, name) {
  button.addEventListener("click", () => {
    const value = button.dataset[name];
    ask({ [name]: state.filter[name] === value ? "" : value });
    if (state.filter[name]) byId("list").scrollIntoView();
  });
}

function sortBy(key) {
  const again = state.sort.key === key;
  state.sort = { key, reversed: again && !state.sort.reversed };
  search();
}

function turn(by) {
  state.first += by * ROWS;
  show();
  byId("found").scrollIntoView();
}

function reset() {
  state.filter = {};
  byId("query").value = "";
  search();
  byId("query").focus();
}
