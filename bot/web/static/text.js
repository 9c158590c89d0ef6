// Small builders of page elements. Text goes in as text, never as markup.

const LINK = /https?:\/\/[^\s<>"'()（）。，、；！？”’《》【】]+/g;
const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children; strings become text nodes. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** One of the icons drawn in the page. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** A button that calls `press`. */
export function button(className, press, ...children) {
  const element = make("button", { type: "button", class: className }, ...children);
  element.addEventListener("click", press);
  return element;
}

/** Whether an address may become a link. */
export function isWebAddress(address) {
  try {
    return ["http:", "https:"].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}

/** A link out of the chat, which tells the other site nothing. */
export function link(address, ...children) {
  return make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** The shop's text with its web addresses as links. */
export function linked(text) {
  const parts = document.createDocumentFragment();
  let done = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(/[.,;:!?…]+$/, "");
    if (!isWebAddress(address)) continue;
    parts.append(text.slice(done, match.index), link(address, address));
    done = match.index + address.length;
  }
  parts.append(text.slice(done));
  return parts;
}

/** `text` with one more sentence: a blank between, unless either side has one or is Chinese. */
export function joined(text, more) {
  const touches = !text || /[\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]$/.test(text) || /^\s/.test(more);
  return touches ? text + more : `${text} ${more}`;
}

/** How many characters the server counts in `text`. */
export function length(text) {
  return [...text].length;
}

/** A clock time such as 14:05. */
export function clock(at, language) {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false }).format(at);
}

/** "Today", "Yesterday", or the date. */
export function day(at, words) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (at >= midnight) return words.today;
  if (at >= midnight - 24 * 3600 * 1000) return words.yesterday;
  return new Intl.DateTimeFormat(words.code, { weekday: "long", day: "numeric", month: "long" }).format(at);
}

/** A price as people of the language write it. */
export function money(price, language) {
  try {
    return new Intl.NumberFormat(language, { style: "currency", currency: price.currency }).format(price.amount);
  } catch {
    return `${price.amount} ${price.currency}`;
  }
}
