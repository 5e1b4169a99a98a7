// What the page knows: the state of the server, the wire log, and which phones wait for an answer.

import { get, post } from "./api.js";
import { toast } from "./toast.js";

const KEEP_WIRE = 300;

export class Store extends EventTarget {
  state = null;
  wire = [];
  waiting = new Map();
  reachable = true;
  #skew = 0;
  #running = false;
  #again = false;

  /** The server's clock in epoch milliseconds, estimated between two fetches. */
  now() {
    return Date.now() + this.#skew;
  }

  phone(user) {
    return this.state?.phones.find((phone) => phone.user === user);
  }

  name(user) {
    return this.phone(user)?.name ?? (user === "mphelper" ? "平台" : user);
  }

  /** Fetch what changed; calls while a fetch is running are gathered into one more. */
  async refresh() {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    try {
      do {
        this.#again = false;
        await this.#fetch();
      } while (this.#again);
    } finally {
      this.#running = false;
    }
  }

  async #fetch() {
    try {
      const state = await get("state");
      this.#takeWire(await get(`wire?limit=100&after=${this.#wireFrom(state)}`));
      this.state = state;
      this.#skew = Date.parse(state.now) - Date.now();
      this.reachable = true;
    } catch (error) {
      if (this.reachable) toast(error.message, "bad");
      this.reachable = false;
    }
    this.#tell();
  }

  #wireFrom(state) {
    const shrunk = state.phones.some((phone) => phone.messages.length < (this.phone(phone.user)?.messages.length ?? 0));
    if (shrunk) this.wire = [];
    return this.wire.at(-1)?.id ?? 0;
  }

  #takeWire({ items }) {
    const last = this.wire.at(-1)?.id ?? 0;
    this.wire = [...this.wire, ...items.filter((item) => item.id > last)].slice(-KEEP_WIRE);
    if (items.length === 100 && last) this.#again = true;
  }

  /** Forget the log, so that the next refresh reads it anew (another server may answer now). */
  forgetWire() {
    this.wire = [];
  }

  /** Something a person does; the phone shows typing until it is over. True when it worked. */
  async act(user, action, body) {
    this.#wait(user, 1);
    try {
      return await this.run(`phones/${encodeURIComponent(user)}/${action}`, body);
    } finally {
      this.#wait(user, -1);
    }
  }

  /** A control call with a kind message on failure; the answer, or null when it failed. */
  async run(path, body) {
    try {
      const answer = await post(path, body);
      await this.refresh();
      return answer;
    } catch (error) {
      toast(error.message, "bad");
      return null;
    }
  }

  #wait(user, change) {
    this.waiting.set(user, Math.max(0, (this.waiting.get(user) ?? 0) + change));
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
