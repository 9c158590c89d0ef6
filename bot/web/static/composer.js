// The message box: Enter sends, Shift+Enter starts a line, the draft is kept.

import { length } from "./text.js";

const COUNT_FROM = 0.8;
const TALLEST_PX = 160;

export class Composer {
  constructor({ onSend, onDraft }) {
    this.form = document.getElementById("composer");
    this.box = document.getElementById("box");
    this.onSend = onSend;
    this.onDraft = onDraft;
    this.most = 4000;
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("input", () => this.changed());
  }

  speak(words) {
    this.words = words;
    this.box.placeholder = words.placeholder;
    document.getElementById("box-label").textContent = words.box;
    document.getElementById("send").setAttribute("aria-label", words.send);
    document.getElementById("hint").textContent = words.hint;
    this.measure();
  }

  fill(text) {
    this.box.value = text;
  }

  focus() {
    // On a phone this would open the keyboard over the conversation.
    if (matchMedia("(hover: hover)").matches) this.box.focus();
  }

  key(event) {
    // Enter also ends the choice of a Chinese character; that one sends nothing.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    this.submit(event);
  }

  submit(event) {
    event.preventDefault();
    const text = this.box.value.trim();
    if (!text || length(text) > this.most) return this.box.focus();
    this.box.value = "";
    this.changed();
    this.onSend(text);
    return this.box.focus();
  }

  changed() {
    this.measure();
    this.onDraft(this.box.value);
  }

  measure() {
    this.box.style.height = "auto";
    const edges = this.box.offsetHeight - this.box.clientHeight;
    this.box.style.height = `${Math.min(this.box.scrollHeight + edges, TALLEST_PX)}px`;
    const used = length(this.box.value.trim());
    const over = used > this.most;
    const count = document.getElementById("count");
    const near = used > this.most * COUNT_FROM;
    count.textContent = over ? this.words.tooLong(used, this.most) : near ? this.words.count(used, this.most) : "";
    this.form.classList.toggle("over", over);
    this.box.setAttribute("aria-invalid", String(over));
  }
}
