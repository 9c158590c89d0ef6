// What this tab remembers over a reload: the conversation, the draft, what is still under way.

const KEY = "shopdesk.chat";
const MOST_ITEMS = 100;

/** An empty memory. */
function empty() {
  return { items: [], waiting: {}, draft: "", language: "" };
}

/** The memory of this tab; broken or refused storage starts an empty one. */
export function load() {
  try {
    return { ...empty(), ...JSON.parse(sessionStorage.getItem(KEY) || "{}") };
  } catch {
    return empty();
  }
}

/** Keeps the memory, its newest items at least. */
export function save(memory) {
  memory.items.splice(0, memory.items.length - MOST_ITEMS);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(memory));
  } catch {
    // Storage is full or switched off: the chat still works, only a reload forgets it.
  }
}
