// What stands around the conversation: heading, state, languages, welcome, scrolling.

import { button, make } from "./text.js";
import { languages } from "./words.js";

const NEAR_END_PX = 120;
const GAP_PX = 12;

function find(id) {
  return document.getElementById(id);
}

export class Frame {
  constructor({ onLanguage, onPerson, onSuggest }) {
    this.onLanguage = onLanguage;
    this.onSuggest = onSuggest;
    this.facts = null;
    this.now = "connecting";
    find("person").addEventListener("click", onPerson);
  }

  /** Puts all its words into another language. */
  speak(words) {
    this.words = words;
    find("person-text").textContent = words.person;
    find("person").setAttribute("aria-label", words.person);
    find("welcome-title").textContent = words.welcomeTitle;
    find("welcome-text").textContent = words.welcomeText;
    find("scroll").setAttribute("aria-label", words.chat);
    find("log").setAttribute("aria-label", words.conversation);
    this.languageButtons(words);
    this.state(this.now);
    this.named();
  }

  languageButtons(words) {
    const group = find("languages");
    const had = group.contains(document.activeElement);
    group.setAttribute("aria-label", words.language);
    group.replaceChildren(...languages().map((one) => this.languageButton(one, one.code === words.code)));
    if (had) group.querySelector('[aria-pressed="true"]').focus();
  }

  languageButton(one, chosen) {
    const element = button("language", () => chosen || this.onLanguage(one.code), one.short);
    element.setAttribute("aria-pressed", String(chosen));
    element.lang = one.code;
    element.title = one.name;
    return element;
  }

  /** What the shop says of itself when the line opens. */
  hello(facts) {
    this.facts = facts;
    this.named();
  }

  /** Whether the shop itself answers in this language. */
  serves(code) {
    return Boolean(this.facts?.languages.includes(code));
  }

  named() {
    const name = this.facts?.shop[this.words.code] || Object.values(this.facts?.shop || {})[0];
    if (name) {
      document.title = name;
      find("shop-name").textContent = name;
    }
    find("monogram").textContent = monogram(find("shop-name").textContent);
    const asked = [...this.words.suggestions];
    const category = this.facts?.categories[0]?.[this.words.code];
    if (category) asked.splice(1, 0, this.words.suggestCategory(category));
    find("suggestions").replaceChildren(
      ...asked.map((text) => make("li", {}, button("chip", () => this.onSuggest(text), text))),
    );
  }

  /** "connecting", "online" or "offline". */
  state(now) {
    // A first attempt after a break is still a break to whoever looks at it.
    this.now = now === "connecting" && this.now === "offline" ? "offline" : now;
    find("state").className = `state ${this.now}`;
    find("state-text").textContent = this.words[this.now];
  }

  /** The suggestions show only while nothing has been said. */
  welcome(shown) {
    find("welcome").hidden = !shown;
  }

  /** Shows that an answer is being made, or with "" that none is. */
  typing(id) {
    find("typing").hidden = !id;
    find("typing-text").textContent = id ? this.words.writing : "";
  }

  /** Whether the reader looks at the newest message. */
  atEnd() {
    const { scrollTop, scrollHeight, clientHeight } = find("scroll");
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  /** Goes to the newest message, or to the beginning of `element` where it is taller than the room. */
  toEnd(element) {
    const scroll = find("scroll");
    const top = element ? element.offsetTop - GAP_PX : Infinity;
    scroll.scrollTop = Math.min(scroll.scrollHeight, top);
  }
}

/** One or two letters for the round badge. */
function monogram(name) {
  const words = name.match(/[\p{L}\p{N}]+/gu) || ["?"];
  if (/\p{Script=Han}/u.test(words[0])) return words[0][0];
  return words.slice(0, 2).map((word) => word[0].toUpperCase()).join("");
}
