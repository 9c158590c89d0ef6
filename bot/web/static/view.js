// The conversation on the page: one article an item, added to a live region.

import { cards, chips, panels, tools } from "./cards.js";
import { button, clock, day, icon, linked, make } from "./text.js";
import { wordsFor } from "./words.js";

export class View {
  /** `act` holds press(item, button, card) and again(item). */
  constructor(log, act) {
    this.log = log;
    this.act = act;
    this.shown = new Map();
    this.words = null;
    this.lastDay = "";
  }

  /** Shows all items afresh, as after a reload or in another language. */
  all(items, words) {
    this.words = words;
    this.shown.clear();
    this.lastDay = "";
    this.log.replaceChildren();
    for (const item of items) this.add(item);
  }

  /** Adds one item at the end. */
  add(item) {
    const stamp = day(item.at, this.words);
    if (stamp !== this.lastDay) this.log.append(make("p", { class: "day" }, make("span", {}, stamp)));
    this.lastDay = stamp;
    const element = item.kind === "me" ? this.mine(item) : this.theirs(item);
    this.shown.set(item.key, element);
    this.log.append(element);
  }

  /** Shows one item as it is now, in its old place; keeps the keyboard where it was. */
  update(item) {
    const old = this.shown.get(item.key);
    if (!old) return this.add(item);
    const at = [...old.querySelectorAll("button, a")].indexOf(document.activeElement);
    const fresh = item.kind === "me" ? this.mine(item) : this.theirs(item);
    old.className = fresh.className;
    if (fresh.lang) old.lang = fresh.lang;
    settle(old, fresh);
    if (at >= 0) old.querySelectorAll("button, a")[at]?.focus();
    return old;
  }

  /** The element of an item, if it is shown. */
  element(item) {
    return this.shown.get(item?.key);
  }

  /** One more sentence of an answer being written. */
  extend(item, more) {
    const text = this.shown.get(item.key)?.querySelector(".text");
    if (text) text.append(more);
  }

  mine(item) {
    const failed = item.state === "failed";
    return make(
      "article",
      { class: `item me ${item.state}`, "aria-label": this.words.you },
      make("div", { class: "bubble" }, make("p", { class: "text", dir: "auto" }, item.text)),
      make("p", { class: "foot" }, this.stamp(item), item.state === "sending" ? make("span", {}, this.words.waiting) : null),
      failed ? this.failure(item) : null,
    );
  }

  failure(item) {
    const why = this.words.errors[item.error] || this.words.errors.unavailable;
    const retry = item.error === "not_issued" ? null : button("chip", () => this.act.again(item), this.words.again);
    return make("p", { class: "failure" }, why, " ", retry);
  }

  theirs(item) {
    const { reply } = item;
    const text = make("p", { class: "text", dir: "auto" }, reply ? linked(reply.text) : item.draft);
    const article = make("article", { class: "item shop", "aria-label": this.words.shop, lang: reply?.language });
    const bubble = make("div", { class: "bubble" }, text);
    article.append(bubble);
    if (!reply) return article;
    const press = (one, card) => this.act.press(item, one, card);
    if (reply.handoff) article.classList.add("handoff");
    if (reply.handoff) bubble.prepend(make("span", { class: "badge" }, icon("person")));
    const rest = [tools(item, (one) => press(one)), ...panels(item)].filter(Boolean);
    if (reply.attachment) bubble.append(make("p", { class: "file" }, download(reply.attachment)));
    bubble.append(...rest);
    article.append(
      ...[cards(reply, wordsFor(reply.language), press), chips(reply, wordsFor(reply.language), (one) => press(one))].filter(Boolean),
      make("p", { class: "foot" }, this.stamp(item)),
    );
    return article;
  }

  stamp(item) {
    return make("time", { datetime: new Date(item.at).toISOString() }, clock(item.at, this.words.code));
  }
}

/** A link that saves a file the answer carries. */
function download(content) {
  const href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  return make("a", { href, download: "my-data.json" }, "my-data.json");
}

/** Makes `old` look like `fresh`; what is unchanged stays, so that no screen reader says it twice. */
function settle(old, fresh) {
  old.normalize();
  const before = [...old.childNodes];
  const after = [...fresh.childNodes];
  after.forEach((node, at) => {
    const there = before[at];
    if (!there) old.append(node);
    else if (there.isEqualNode(node)) return;
    else if (there.className === "bubble" && node.className === "bubble") settle(there, node);
    else there.replaceWith(node);
  });
  before.slice(after.length).forEach((node) => node.remove());
}
