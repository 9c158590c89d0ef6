// The line to the shop: session, websocket, reconnect with back-off, nothing sent is lost.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20000;
const GAP_MS = 1100;
const PATIENCE = 5;

export class Line {
  /** `waiting` maps ids to {frame, accepted}; it is the caller's to keep. */
  constructor(waiting, { onFrame, onState, onChange }) {
    this.waiting = waiting;
    this.onFrame = onFrame;
    this.onState = onState;
    this.onChange = onChange;
    this.socket = null;
    this.wait = FIRST_WAIT_MS;
    this.timer = 0;
    window.addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
  }

  /** Opens the line, now and again after every break. */
  async open() {
    this.onState("connecting");
    try {
      const answer = await fetch("session", { method: "POST" });
      if (!answer.ok) throw new Error(`session: ${answer.status}`);
      this.connect();
    } catch {
      this.later();
    }
  }

  connect() {
    const address = new URL("ws", document.baseURI);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.addEventListener("message", (event) => this.receive(JSON.parse(event.data)));
    socket.addEventListener("close", () => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.later();
    });
  }

  later() {
    this.onState("offline");
    clearTimeout(this.timer);
    const jitter = 0.5 + Math.random() / 2;
    this.timer = setTimeout(() => this.open(), this.wait * jitter);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }

  /** Tries at once when the line is down and waiting. */
  hurry() {
    if (this.socket) return;
    clearTimeout(this.timer);
    this.wait = FIRST_WAIT_MS;
    this.open();
  }

  /** Sends a frame, or keeps it until the line is up. */
  send(frame, about = {}) {
    this.waiting[frame.id] = { frame, accepted: false, ...about };
    this.onChange();
    this.put(frame);
  }

  put(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  receive(frame) {
    if (frame.type === "hello") {
      this.wait = FIRST_WAIT_MS;
      this.onState("online");
      this.catchUp();
    }
    const about = this.waiting[frame.id];
    if (about && frame.type !== "reply" && frame.type !== "error") about.accepted = true;
    if (this.mayRetry(frame, about)) return;
    if (frame.type === "reply" || frame.type === "error") delete this.waiting[frame.id];
    this.onFrame(frame, about);
    this.onChange();
  }

  /**
   * A message refused only for its haste, or forgotten in a restart of the page's server, is sent
   * again by itself, a few times. It keeps its id, so the shop answers it once.
   */
  mayRetry(frame, about) {
    const forgotten = frame.code === "unknown_message";
    if (!about || !(forgotten || (frame.code === "slow_down" && !about.accepted))) return false;
    about.tries = (about.tries || 0) + 1;
    if (about.tries > PATIENCE) return false;
    about.accepted = false;
    setTimeout(() => this.again(about.frame), GAP_MS * (1 + about.tries * Math.random()));
    return true;
  }

  catchUp() {
    const all = Object.values(this.waiting);
    const accepted = all.filter((one) => one.accepted).map((one) => one.frame.id);
    if (accepted.length) this.put({ type: "resume", ids: accepted.slice(-20) });
    // Spaced out: the shop refuses a burst.
    all.filter((one) => !one.accepted).forEach((one, n) => setTimeout(() => this.again(one.frame), n * GAP_MS));
  }

  again(frame) {
    if (this.waiting[frame.id] && !this.waiting[frame.id].accepted) this.put(frame);
  }
}
