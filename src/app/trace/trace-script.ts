/**
 * Runs in the page of `trace`. Only the rows that are seen are in the document, so that a long log scrolls as a short one
 * does. Everything of the log is put in as text.
 */
export const SCRIPT = String.raw`
"use strict";
const { lanes, rows } = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const list = byId("list"), space = byId("space"), details = byId("details"), search = byId("search");
const boxes = [...document.querySelectorAll("#filters input[value]")].filter((box) => box.type === "checkbox" && box.id === "");
const texts = rows.map((row) => [row.title, row.why ?? "", row.from, row.to, ...row.ids, ...row.fields.flat()].join(" ").toLowerCase());
let shown = [], selected = -1, open = false, scheduled = false;

function element(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

for (const lane of lanes) byId("lanes").append(element("span", "", lane));
const heightOf = () => 2.25 * parseFloat(getComputedStyle(document.documentElement).fontSize);
let height = heightOf();

function filter() {
  const kinds = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const faults = byId("faults").checked;
  const current = shown[selected];
  shown = [];
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at];
    if (kinds.has(row.kind) && !(faults && row.ok) && words.every((word) => texts[at].includes(word))) shown.push(at);
  }
  selected = shown.indexOf(current);
  space.style.height = shown.length * height + "px";
  byId("sum").textContent = (shown.length === rows.length ? rows.length : shown.length + " of " + rows.length) + " events"
    + (rows.length === 0 ? "" : ", from " + rows[0].time + ", " + Math.round(rows[rows.length - 1].at - rows[0].at) + " ms");
  draw();
}

function related(row) {
  const chosen = selected < 0 ? undefined : rows[shown[selected]];
  return chosen !== undefined && row !== chosen && row.ids.some((id) => chosen.ids.includes(id));
}

function draw() {
  scheduled = false;
  const first = Math.max(0, Math.floor(list.scrollTop / height) - 5);
  const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / height) + 5);
  const drawn = [];
  for (let place = first; place < last; place++) drawn.push(line(place));
  if (shown.length === 0) drawn.push(element("p", "none", "Nothing to show."));
  space.replaceChildren(...drawn);
}

function line(place) {
  const row = rows[shown[place]];
  const made = element("div", "row " + row.kind + (row.ok ? "" : " bad") + (related(row) ? " related" : ""));
  made.style.top = place * height + "px";
  made.id = "row" + place;
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", String(place === selected));
  made.dataset.place = String(place);
  const [from, to] = [lanes.indexOf(row.from), lanes.indexOf(row.to)];
  const chart = element("span", "chart");
  const mark = element("span", from === to ? "dot" : "arrow " + (from < to ? "right" : "left"));
  const middle = (lane) => "calc(" + (lane + 0.5) + " * var(--lane-width))";
  mark.style.left = middle(Math.min(from, to));
  if (from !== to) mark.style.width = "calc(" + Math.abs(to - from) + " * var(--lane-width))";
  chart.append(mark);
  const title = element("span", "title", row.title);
  title.title = row.title;
  if (row.why) title.append(element("span", "why", "  " + row.why));
  made.append(element("span", "at", row.at.toFixed(0)), chart, title);
  return made;
}

function schedule() {
  if (!scheduled) requestAnimationFrame(draw);
  scheduled = true;
}

function select(place, show) {
  if (shown.length === 0) return;
  selected = Math.max(0, Math.min(shown.length - 1, place));
  list.setAttribute("aria-activedescendant", "row" + selected);
  const top = selected * height;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + height > list.scrollTop + list.clientHeight) list.scrollTop = top + height - list.clientHeight;
  if (show || open) showDetails();
  draw();
}

function showDetails() {
  const row = rows[shown[selected]];
  if (row === undefined) return;
  open = true;
  details.hidden = false;
  const close = element("button", "", "Close");
  close.type = "button";
  close.addEventListener("click", hide);
  const facts = element("dl");
  const add = (name, value) => facts.append(element("dt", "", name), element("dd", "", value));
  add("when", row.time + " (" + row.at.toFixed(1) + " ms)");
  add("way", row.from === row.to ? row.from : row.from + " → " + row.to);
  if (row.ids.length > 0) add("belongs to", row.ids.join(", "));
  for (const [name, value] of row.fields) add(name, name.startsWith("headers") ? headerLines(value) : value);
  const parts = [close, element("h2", "", row.title)];
  if (row.why) parts.push(element("p", "", row.why));
  details.replaceChildren(...parts, facts);
}

function headerLines(text) {
  try {
    return Object.entries(JSON.parse(text)).map(([name, value]) => name + ": " + value).join("\n");
  } catch {
    return text;
  }
}

function hide() {
  open = false;
  details.hidden = true;
  list.focus();
  draw();
}

const PAGE = () => Math.max(1, Math.floor(list.clientHeight / height) - 1);
const MOVES = { ArrowDown: () => selected + 1, j: () => selected + 1, ArrowUp: () => selected - 1, k: () => selected - 1,
  Home: () => 0, End: () => shown.length - 1, PageDown: () => selected + PAGE(), PageUp: () => selected - PAGE() };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    if (document.activeElement === search && search.value !== "") { search.value = ""; filter(); } else hide();
    return;
  }
  if (document.activeElement === search) {
    if (event.key === "Enter" || event.key === "ArrowDown") { event.preventDefault(); list.focus(); select(Math.max(selected, 0), false); }
    return;
  }
  if (event.key === "/") { event.preventDefault(); search.focus(); return; }
  if (event.key === "Enter" && document.activeElement === list) { select(Math.max(selected, 0), true); return; }
  const move = MOVES[event.key];
  if (move === undefined || event.target instanceof HTMLButtonElement) return;
  event.preventDefault();
  select(move(), false);
});
list.addEventListener("click", (event) => {
  const row = event.target.closest(".row");
  if (row !== null) select(Number(row.dataset.place), true);
});
list.addEventListener("scroll", schedule, { passive: true });
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("filters").addEventListener("input", filter);
addEventListener("resize", () => { height = heightOf(); filter(); });
filter();
list.focus();
`;
