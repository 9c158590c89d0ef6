"use strict";
// The report: a list of conversations, drawn as it is scrolled and opened.

const CHUNK = 50;
const data = JSON.parse(document.getElementById("data").textContent);
const talks = data.conversations;
const accepted = new Set();
const $ = (id) => document.getElementById(id);

function make(tag, className = "", ...inside) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...inside.filter((one) => one !== ""));
  return node;
}

const many = (count, one, more = `${one}s`) => `${count} ${count === 1 ? one : more}`;
const keyOf = (talk, number) => `${talk.id}#${number}`;
const withVerdict = (talk, verdict) => talk.turns.filter((turn) => turn.verdict === verdict).length;

// --- One conversation ---

/** A bubble of pieces, every second of which differs. */
function marked(pieces, tag) {
  return make("div", "bubble", ...pieces.map((piece, i) => (i % 2 ? make(tag, "", piece) : piece)));
}

function chips(now, before) {
  const names = Object.keys({ ...before, ...now });
  return make("p", "chips", ...names.map((name) => {
    const chip = make("span", "chip", make("b", "", name), " ");
    if (before && before[name] !== now[name]) {
      chip.classList.add("other");
      chip.append(make("del", "", before[name] || "none"), " → ", make("ins", "", now[name] || "none"));
    } else chip.append(now[name]);
    return chip;
  }));
}

function grade(one, text) {
  const name = one.name.replaceAll("_", " ");
  const wanted = one.wanted.replace(/^not: /, "");
  if (one.passed) return make("li", "right", "✓ ", make("b", "", name), ` ${wanted}`);
  const line = make("li", "wrong", "✗ ", make("b", "", name));
  if (one.name === "must_not_say") line.append(" but it says ", make("q", "", wanted));
  else if (one.got === text) line.append(" does not say ", make("q", "", wanted));
  else line.append(" wanted ", make("q", "", wanted), ", got ", make("q", "", one.got));
  return line;
}

function grades(answer) {
  // That there was no answer is told in its place.
  const told = answer.grades.filter((one) => one.name !== "played").sort((a, b) => b.passed - a.passed);
  return make("ul", "grades", ...told.map((one) => grade(one, answer.text)));
}

const side = (name, bubble) => make("div", "side", make("p", "label", name), bubble);

function answerOf(turn) {
  if (turn.error) return make("p", "failure", `No answer: ${turn.error}`);
  const { before } = turn;
  if (!before || before.text === turn.text) return make("div", "bubble", turn.text);
  const name = before.from === "said" ? "Said then" : "Before";
  return make("div", "two", side(name, marked(before.pieces, "del")), side("Now", marked(before.now, "ins")));
}

function others(turn) {
  return turn.others.map((other) => {
    const name = other.times > 1 ? `Other times (${other.times})` : "Another time";
    const drawn = side(name, marked(other.pieces, "ins"));
    drawn.append(chips(other.chips, turn.chips), grades(other));
    drawn.classList.add("another");
    return drawn;
  });
}

function acceptance(key) {
  const box = make("input");
  box.type = "checkbox";
  box.onchange = () => accept([key], box.checked);
  return make("label", "accept", box, "Accept as new expectation");
}

function drawTurn(talk, turn, number) {
  const asked = turn.asked
    ? make("p", "bubble asked", turn.asked)
    : make("p", "bubble asked pressed", make("span", "unseen", "pressed "), turn.pressed);
  const badge = turn.verdict && turn.verdict !== "same"
    ? make("p", `badge ${turn.verdict}`, `${turn.verdict}: ${turn.what.join(", ") || "other expectations"}`)
    : "";
  const key = keyOf(talk, number);
  const node = make("section", "turn", asked, badge, answerOf(turn), chips(turn.chips, turn.before?.chips), grades(turn),
    ...others(turn), turn.acceptable ? acceptance(key) : "");
  const wrong = turn.error || turn.grades.some((one) => !one.passed);
  node.classList.toggle("stop", Boolean(wrong || badge || turn.acceptable || turn.others.length));
  node.dataset.key = key;
  node.setAttribute("aria-label", `Turn ${number}`);
  node.tabIndex = -1;
  take(node);
  return node;
}

function fill(card) {
  if (card.children.length > 1) return;
  const talk = talks[card.dataset.at];
  card.append(make("div", "talk", ...talk.turns.map((turn, i) => drawTurn(talk, turn, i + 1))));
}

function badges(talk) {
  const counts = ["worse", "better", "changed"].map((verdict) => [verdict, withVerdict(talk, verdict)]);
  const found = counts.filter(([, count]) => count).map(([name, count]) => make("span", `badge ${name}`, `${count} ${name}`));
  const times = `flaky: passed ${talk.times[0]} of ${talk.times[1]}`;
  return talk.flaky ? [make("span", "badge flaky", times), ...found] : found;
}

function drawTalk(talk) {
  const mark = talk.passed
    ? make("span", "mark good", "✓", make("span", "unseen", "passed"))
    : make("span", "mark bad", "✗", make("span", "unseen", "failed"));
  const where = [talk.file, ...talk.tags].filter(Boolean).join(" · ");
  const name = make("span", "name", make("span", "title", talk.title), make("small", "", where));
  const card = make("details", "", make("summary", "", mark, name, make("span", "badges", ...badges(talk))));
  card.dataset.at = talk.at;
  card.ontoggle = () => card.open && fill(card);
  return card;
}

// --- The list ---

const FILTERS = {
  all: () => true,
  failed: (talk) => !talk.passed,
  worse: (talk) => withVerdict(talk, "worse"),
  better: (talk) => withVerdict(talk, "better"),
  changed: (talk) => withVerdict(talk, "changed"),
  flaky: (talk) => talk.flaky,
  "unlike then": (talk) => talk.turns.some((turn) => turn.before && turn.before.from === "said"),
};
let filter = "all";
let shown = [];
let drawn = 0;

function more() {
  $("list").append(...shown.slice(drawn, drawn + CHUNK).map(drawTalk));
  drawn = Math.min(drawn + CHUNK, shown.length);
}

function list() {
  const words = $("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  shown = talks.filter((talk) => FILTERS[filter](talk) && words.every((word) => haystack(talk).includes(word)));
  for (const chip of $("filters").children) chip.setAttribute("aria-pressed", String(chip.dataset.name === filter));
  $("list").replaceChildren();
  drawn = 0;
  more();
  $("status").textContent = shown.length ? `${shown.length} of ${many(talks.length, "conversation")}` : "Nothing matches.";
  $("all").hidden = !shown.length;
  openAll(shown.length <= 3);
}

const texts = (value) =>
  typeof value === "string" ? [value] : Object.values(value ?? {}).flatMap(texts);

function haystack(talk) {
  talk.words ??= texts(talk).join("\n").toLowerCase();
  return talk.words;
}

function openAll(open) {
  for (const card of $("list").children) card.open = open;
  $("all").textContent = open ? "Close all" : "Open all";
}

function drawFilters() {
  for (const [name, matches] of Object.entries(FILTERS)) {
    const count = talks.filter(matches).length;
    if (!count && name === "unlike then") continue;
    const chip = make("button", `filter ${name}`, `${name} `, make("b", "", String(count)));
    chip.type = "button";
    chip.dataset.name = name;
    chip.disabled = !count && name !== "all";
    chip.onclick = () => { filter = name; list(); };
    $("filters").append(chip);
  }
}

function drawHead() {
  const { figures, compared, repeat } = data;
  const told = figures.failed
    ? `${figures.failed} of ${many(figures.conversations, "conversation")} failed`
    : `${figures.conversations === 1 ? "The conversation" : `All ${figures.conversations} conversations`} passed`;
  $("verdict").textContent = told;
  document.title = `${told} – replay`;
  const share = make("i");
  share.style.width = `${figures.conversations ? (100 * figures.passed) / figures.conversations : 0}%`;
  $("share").append(share);
  const parts = [`${figures.passed} passed`, `${figures.failed} failed`, `${data.flaky} flaky`,
    many(figures.turns, "turn"), many(figures.expectations, "expectation")];
  if (repeat > 1) parts.push(`each played ${repeat} times, pass^${repeat} ${(100 * figures.pass_k).toFixed(1)} %`);
  $("counts").textContent = parts.join(" · ");
  const verdicts = Object.entries(compared).map(([name, count]) => `${count} ${name}`);
  $("compared").hidden = !verdicts.length;
  $("compared").textContent = `Answers compared: ${verdicts.join(" · ")}`;
}

// --- Accepting ---

function accept(keys, wanted) {
  for (const key of keys) wanted ? accepted.add(key) : accepted.delete(key);
  document.querySelectorAll(".turn").forEach(take);
  drawCommand();
}

/** Shows whether a turn is accepted. */
function take(node) {
  const taken = accepted.has(node.dataset.key);
  node.classList.toggle("taken", taken);
  for (const box of node.querySelectorAll(".accept input")) box.checked = taken;
}

const quoted = (word) => (/^[A-Za-z0-9_./#:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

function drawCommand() {
  const keys = talks.flatMap((talk) => talk.turns.map((_, i) => keyOf(talk, i + 1))).filter((key) => accepted.has(key));
  const named = talks.filter((talk) => talk.turns.some((_, i) => accepted.has(keyOf(talk, i + 1))));
  const files = [...new Set(named.map((talk) => talk.file))].map(quoted).join(" ");
  $("bar").hidden = !accepted.size;
  $("copy").hidden = !data.saved;
  $("copy").textContent = "Copy";
  $("accepted").textContent = `${many(accepted.size, "answer")} accepted`;
  $("command").textContent = data.saved
    ? `shopdesk replay accept ${files} --results ${quoted(data.saved)} --turns ${keys.map(quoted).join(" ")}`
    : "The answers of this run were not kept. Run again with --save FILE to accept them.";
}

async function copy() {
  try {
    await navigator.clipboard.writeText($("command").textContent);
    $("copy").textContent = "Copied";
  } catch {
    // Some browsers lend no clipboard to a page from a file: Ctrl+C then does it.
    getSelection().selectAllChildren($("command"));
    $("copy").textContent = "Selected";
  }
}

// --- Keys ---

function move(by) {
  const stops = [...document.querySelectorAll("summary, details[open] .turn.stop")];
  const here = document.activeElement.closest("summary, .turn");
  const at = stops.indexOf(here);
  if (at + by >= stops.length && drawn < shown.length) {
    more();
    return move(by);
  }
  const next = stops[Math.max(0, Math.min(at + by, stops.length - 1))];
  if (!next) return;
  next.focus({ focusVisible: true, preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function acceptHere() {
  const turn = document.activeElement.closest(".turn");
  const card = document.activeElement.closest("details");
  if (!card) return;
  const talk = talks[card.dataset.at];
  let keys = talk.turns.map((one, i) => (one.acceptable ? keyOf(talk, i + 1) : "")).filter(Boolean);
  if (turn) keys = keys.filter((key) => key === turn.dataset.key);
  card.open = true;
  fill(card);
  accept(keys, keys.some((key) => !accepted.has(key)));
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === $("find")) {
    if (event.key === "Escape") $("find").blur();
    return;
  }
  const keys = { "/": () => $("find").focus(), j: () => move(1), k: () => move(-1), a: acceptHere };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}

talks.forEach((talk, at) => { talk.at = at; });
drawHead();
drawFilters();
if (talks.some(FILTERS.failed)) filter = "failed";
list();
$("find").oninput = list;
$("all").onclick = () => openAll($("all").textContent === "Open all");
$("copy").onclick = copy;
$("clear").onclick = () => accept([...accepted], false);
new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && more(), { rootMargin: "800px" }).observe($("end"));
addEventListener("keydown", pressed);
