// `process` and `performance`: the environment of this call, its clock and its end.
import { getBuiltinModule } from "steploom:commonjs";
import * as host from "steploom:host";

const target = {};
let isRead = false;

/** Forgets the environment that the function was loaded in. */
export function freshen() {
  isRead = false;
}

/** The variables of this call, read at their first use. */
export function variables() {
  if (!isRead) {
    isRead = true;
    for (const name of Object.keys(target)) delete target[name];
    Object.assign(target, host.environment());
  }
  return target;
}

/** Whatever is done with it, it is that of this call: `const { env } = process` at a file's top level is as good. */
const env = new Proxy(target, {
  get: (_, name) => variables()[name],
  has: (_, name) => name in variables(),
  ownKeys: () => Reflect.ownKeys(variables()),
  getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(variables(), name),
  deleteProperty: (_, name) => delete variables()[name],
  defineProperty: (_, name, property) => Reflect.defineProperty(variables(), name, property),
  set: (_, name, value) => {
    variables()[name] = `${value}`;
    return true;
  },
});

let origin;

function uptimeMs() {
  const now = host.monotonicMs();
  if (origin === undefined || origin > now) origin = now;
  return now - origin;
}

function hrtime(since) {
  const now = host.monotonicMs();
  let seconds = Math.floor(now / 1e3);
  let nanoseconds = Math.floor((now % 1e3) * 1e6);
  if (since) {
    seconds -= since[0];
    nanoseconds -= since[1];
    if (nanoseconds < 0) {
      seconds -= 1;
      nanoseconds += 1e9;
    }
  }
  return [seconds, nanoseconds];
}
hrtime.bigint = () => BigInt(Math.floor(host.monotonicMs() * 1e6));

const stream = (number) => ({
  isTTY: false,
  write(text) {
    host.write(number, `${text}`.toWellFormed());
    return true;
  },
});

export const process = {
  env,
  argv: ["steploom"],
  exitCode: undefined,
  pid: 1,
  platform: "wasi",
  arch: "wasm32",
  versions: {},
  stdout: stream(1),
  stderr: stream(2),
  cwd: () => "/function",
  getBuiltinModule,
  exit: (code) => host.exit(Number(code ?? process.exitCode ?? 0) | 0),
  hrtime,
  uptime: () => uptimeMs() / 1e3,
  nextTick: (callback, ...args) => queueMicrotask(() => callback(...args)),
  on: () => process,
  once: () => process,
  off: () => process,
};
Object.defineProperty(process, Symbol.toStringTag, { value: "process", configurable: true });

const performance = {
  now: uptimeMs,
  get timeOrigin() {
    return Date.now() - uptimeMs();
  },
  toJSON() {
    return { timeOrigin: this.timeOrigin };
  },
};

const hidden = { configurable: true, writable: true, enumerable: false };
Object.defineProperties(globalThis, {
  process: { value: process, ...hidden },
  performance: { value: performance, ...hidden },
  global: { value: globalThis, ...hidden },
});
Math.random = { random: () => host.random() }.random;
