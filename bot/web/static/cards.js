// Product cards and buttons of a reply.

import { button, icon, isWebAddress, link, make, money } from "./text.js";

/** A row of product cards; `press(button, card)` is called for their buttons. */
export function cards(reply, words, press) {
  if (!reply.products.length) return null;
  const list = make("ul", { class: "cards", "aria-label": words.products });
  list.append(...reply.products.map((card) => make("li", { class: "card" }, ...parts(card, words, reply.language, press))));
  return list;
}

function parts(card, words, language, press) {
  const stock = make("span", { class: card.in_stock ? "stock" : "stock out" }, card.in_stock ? words.inStock : words.outOfStock);
  const price = make("span", { class: "price" }, money(card.price, language));
  return [
    picture(card),
    make(
      "div",
      { class: "facts" },
      make("h3", {}, card.name),
      make("p", { class: "buy" }, price, stock),
      card.reason ? make("p", { class: "reason" }, card.reason) : null,
      tellsMore(card) ? make("p", { class: "caption" }, card.caption) : null,
    ),
    make("div", { class: "card-buttons" }, shopLink(card, words), ...card.buttons.map((one) => small(one, card, press))),
  ];
}

function picture(card) {
  const frame = make("div", { class: "picture" }, icon("parcel"));
  if (!card.image) return frame;
  // The name stands right below; a screen reader need not hear it twice.
  const image = make("img", { src: card.image, alt: "", width: "240", height: "180", decoding: "async" });
  image.addEventListener("error", () => image.remove());
  frame.append(image);
  return frame;
}

/** Captions are written for chats without cards; one that only repeats name and price is left out. */
function tellsMore(card) {
  const [name] = card.name.split(" (");
  return card.caption && !card.caption.includes(name) && card.caption !== card.reason;
}

function shopLink(card, words) {
  if (!isWebAddress(card.url)) return null;
  const away = link(card.url, words.open, icon("open"), make("span", { class: "unseen" }, ` ${card.name}, ${words.newTab}`));
  away.className = "chip main";
  return away;
}

function small(one, card, press) {
  const look = /^(dislike|forget):/.test(one.action) ? "chip quiet" : "chip";
  return button(look, () => press(one, card), one.label, make("span", { class: "unseen" }, ` ${subject(one, card)}`));
}

/** What a card's button is about: the product, but "forget" takes back the reason it is shown for. */
export function subject(one, card) {
  return one.action.startsWith("forget:") ? card.reason : card.name;
}

/** Buttons under an answer, as quick replies. */
export function chips(reply, words, press) {
  const shown = reply.buttons.filter((one) => !/^(source|rate_up|rate_down):/.test(one.action));
  if (!shown.length) return null;
  const row = make("div", { class: "chips", role: "group", "aria-label": words.answers });
  row.append(...shown.map((one) => button("chip", () => press(one), one.label)));
  return row;
}

/** The quiet row: sources, whose text opens in place, and the two thumbs. */
export function tools(item, press) {
  const row = make("div", { class: "tools" });
  const thumbs = make("span", { class: "thumbs" });
  for (const one of item.reply.buttons) {
    const kind = one.action.split(":")[0];
    if (kind === "source") row.append(sourceButton(one, item, press));
    if (kind === "rate_up" || kind === "rate_down") thumbs.append(thumb(one, kind, item, press));
  }
  if (thumbs.childElementCount) row.append(thumbs);
  return row.childElementCount ? row : null;
}

function sourceButton(one, item, press) {
  const open = Boolean(item.opened?.[one.action]?.open);
  const element = button("tool", () => press(one), icon("source"), titled(one, item.reply));
  element.setAttribute("aria-expanded", String(open));
  return element;
}

function titled(one, reply) {
  const cited = reply.citations.find((citation) => one.action.endsWith(citation.id.split(":").pop()));
  return cited && cited.title !== one.label ? `${one.label}: ${cited.title}` : one.label;
}

function thumb(one, kind, item, press) {
  const element = button("tool thumb", () => press(one), icon(kind === "rate_up" ? "up" : "down"));
  element.setAttribute("aria-label", one.label);
  element.title = one.label;
  element.setAttribute("aria-pressed", String(item.rated === kind));
  return element;
}

/** The opened sources and the thanks for a thumb, under the answer they belong to. */
export function panels(item) {
  const opened = Object.values(item.opened || {}).filter((one) => one.open && one.text);
  return [
    ...opened.map((one) => make("div", { class: "panel", lang: one.language }, one.text)),
    item.thanks ? make("p", { class: "thanks" }, item.thanks) : null,
  ];
}
