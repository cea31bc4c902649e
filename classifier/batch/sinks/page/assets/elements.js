// Small ways to make elements. Text goes in as text, never as markup.

/** Return an element with attributes and children; null and "" children are left out. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== ""));
  return made;
}

function drawing(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const byId = (id) => document.getElementById(id);

const badge = (outcome) => element("span", { class: `badge ${outcome}` }, words[`badge_${outcome}`]);

/** Return a probability as a number and a short bar. */
function meter(share, style) {
  if (share === undefined) return element("span", { class: "none" }, "–");
  const bar = drawing("svg", { class: `bar ${style}`, "aria-hidden": "true" });
  bar.append(drawing("rect", { width: `${100 * share}%`, height: "100%", rx: 2 }));
  return element("span", { class: "meter" }, element("span", {}, percent(share)), bar);
}
