// Timers, run in order of their time while a call waits. What is left when it has answered never runs.
import { fail } from "steploom:call";
import * as host from "steploom:host";

/** Longer ones fire at once, as in Node. */
const DELAY_MS_MAX = 2_147_483_647;

/** Those that wait, the next one first. */
let waiting = [];
let count = 0;

class Timeout {
  constructor(callback, args, delay, isRepeated) {
    if (typeof callback !== "function") {
      throw new TypeError(`a timer needs a function, not ${typeof callback}`);
    }
    const ms = Number(delay);
    this.id = ++count;
    this.callback = callback;
    this.args = args;
    this.delay = ms >= 1 && ms <= DELAY_MS_MAX ? ms : 1;
    this.isRepeated = isRepeated;
    this.hasReference = true;
    start(this);
  }

  ref() {
    this.hasReference = true;
    return this;
  }

  unref() {
    this.hasReference = false;
    return this;
  }

  hasRef() {
    return this.hasReference;
  }

  refresh() {
    stop(this);
    start(this);
    return this;
  }

  close() {
    stop(this);
    return this;
  }

  [Symbol.toPrimitive]() {
    return this.id;
  }

  [Symbol.dispose]() {
    stop(this);
  }
}

function start(timer) {
  timer.due = host.monotonicMs() + timer.delay;
  let at = waiting.length;
  while (at > 0 && waiting[at - 1].due > timer.due) at -= 1;
  waiting.splice(at, 0, timer);
}

function stop(timer) {
  const at = waiting.indexOf(timer);
  if (at >= 0) waiting.splice(at, 1);
}

function clear(timer) {
  if (timer === undefined || timer === null) return;
  const found = timer instanceof Timeout ? timer : waiting.find(({ id }) => id === Number(timer));
  if (found) {
    found.isRepeated = false;
    stop(found);
  }
}

/** Timers that were made while the function was loaded begin with the call: its clock is another one. */
export function freshen() {
  if (waiting.length === 0) return;
  const now = host.monotonicMs();
  for (const timer of waiting) timer.due = now + timer.delay;
  waiting.sort((a, b) => a.due - b.due);
}

/** Waits for the next timer and runs it; false if there is none. */
export function runTimers(fail) {
  if (!waiting.some((timer) => timer.hasReference)) return false;
  host.sleepMs(waiting[0].due - host.monotonicMs());
  const timer = waiting.shift();
  if (timer.isRepeated) start(timer);
  try {
    timer.callback(...timer.args);
  } catch (error) {
    fail(error);
  }
  return true;
}

const api = {
  setTimeout: (callback, delay, ...args) => new Timeout(callback, args, delay, false),
  setInterval: (callback, delay, ...args) => new Timeout(callback, args, delay, true),
  setImmediate: (callback, ...args) => new Timeout(callback, args, 0, false),
  clearTimeout: clear,
  clearInterval: clear,
  clearImmediate: clear,
  queueMicrotask(callback) {
    if (typeof callback !== "function") throw new TypeError("queueMicrotask needs a function");
    Promise.resolve().then(() => {
      try {
        callback();
      } catch (error) {
        fail(error);
      }
    });
  },
};

for (const [name, value] of Object.entries(api)) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: true });
}
export const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = api;
