// Keys, a warning before typed text is lost, and small comforts. Every page works without it.

const inText = (element) => element.matches("input, textarea, select, [contenteditable]");
let afterG = 0;

function pressed(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    const save = document.querySelector("[data-save]");
    if (save) {
      event.preventDefault();
      save.click();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || inText(event.target)) return;
  if (Date.now() - afterG < 1200) {
    const link = document.querySelector(`nav [data-key="${CSS.escape(event.key)}"]`);
    afterG = 0;
    if (link) link.click();
    return;
  }
  if (event.key === "g") afterG = Date.now();
  if (event.key === "?") document.querySelector("#keys")?.showModal();
  if (event.key === "n") document.querySelector('a[href="/entries/new"]')?.click();
  if (event.key === "/") {
    const box = document.querySelector("#q, #ask");
    if (box) {
      event.preventDefault();
      box.focus();
    }
  }
}

function guardUnsaved(form) {
  let typed = false;
  form.addEventListener("input", () => (typed = true));
  form.addEventListener("submit", () => (typed = false));
  addEventListener("beforeunload", (event) => {
    if (typed) event.preventDefault();
  });
}

document.addEventListener("keydown", pressed);
// On a phone the pages stand in one line that scrolls.
document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
document.querySelectorAll("form[data-unsaved]").forEach(guardUnsaved);
document.addEventListener("htmx:after:request", (event) => {
  const form = event.target.closest?.("form[data-once]");
  if (!form) return;
  const box = form.querySelector("input[name=text]");
  box.value = "";
  box.focus();
});
document.addEventListener("htmx:after:swap", () => {
  document.querySelector("#turns")?.lastElementChild?.scrollIntoView({ block: "nearest" });
});

// Rows found by a search take the place of those shown. While one of these is being pressed, or what
// it sends is on its way, they are let be, and the search is made anew right after.
const rows = { pressed: false, saving: new Set(), search: null, again: null };

function findAgain() {
  if (!rows.again || rows.pressed || rows.saving.size) return;
  const form = rows.again;
  rows.again = null;
  form.dispatchEvent(new Event("change"));
}

function released() {
  rows.pressed = false;
  // The click comes after this event.
  setTimeout(findAgain);
}

const senderOf = (event) => event.detail?.ctx?.sourceElement;
const searches = (form) => form?.matches?.("form[role=search]");
const saves = (form) => form?.matches?.("form.switch");

document.addEventListener("pointerdown", (event) => {
  rows.pressed = Boolean(event.target.closest?.("#rows form"));
});
document.addEventListener("pointerup", released);
document.addEventListener("pointercancel", released);
document.addEventListener("htmx:before:request", (event) => {
  const form = senderOf(event);
  if (searches(form)) rows.search = form;
  if (!saves(form)) return;
  rows.saving.add(event.detail.ctx);
  // What it found may be older than what is saved now.
  if (rows.search) rows.again = rows.search;
  rows.search?.dispatchEvent(new Event("htmx:abort"));
});
document.addEventListener("htmx:before:swap", (event) => {
  const form = senderOf(event);
  if (!searches(form) || (!rows.pressed && !rows.saving.size)) return;
  event.preventDefault();
  rows.again = form;
});
document.addEventListener("htmx:finally:request", (event) => {
  if (searches(senderOf(event))) rows.search = null;
  // The form that sent it is gone by now: its row has been replaced.
  if (rows.saving.delete(event.detail?.ctx)) findAgain();
});
