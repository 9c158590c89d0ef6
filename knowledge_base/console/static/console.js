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
