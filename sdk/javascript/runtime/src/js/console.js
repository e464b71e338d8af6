// `console`: lines as Node writes them. `log`, `info` and `debug` go to standard output, the rest to standard error.
import { format, inspect } from "steploom:inspect";
import * as host from "steploom:host";

const OUT = 1;
const ERR = 2;

let indent = "";
const counts = new Map();
const times = new Map();

function line(stream, args) {
  let text = format(...args);
  if (indent !== "") text = indent + text.replaceAll("\n", `\n${indent}`);
  host.write(stream, `${text}\n`.toWellFormed());
}

const elapsed = (label) => `${label}: ${(host.monotonicMs() - times.get(label)).toFixed(3)}ms`;

const console = {
  log: (...args) => line(OUT, args),
  info: (...args) => line(OUT, args),
  debug: (...args) => line(OUT, args),
  warn: (...args) => line(ERR, args),
  error: (...args) => line(ERR, args),
  trace: (...args) => line(ERR, [`Trace: ${format(...args)}\n${new Error().stack.split("\n").slice(1).join("\n").trimEnd()}`]),
  dir: (value, options) => line(OUT, [inspect(value, options)]),
  table: (value) => line(OUT, [inspect(value)]),
  assert(isTrue, ...args) {
    if (!isTrue) line(ERR, args.length ? ["Assertion failed:", ...args] : ["Assertion failed"]);
  },
  count(label = "default") {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    line(OUT, [`${label}: ${counts.get(label)}`]);
  },
  countReset: (label = "default") => counts.delete(label),
  group(...args) {
    if (args.length) line(OUT, args);
    indent += "  ";
  },
  groupEnd() {
    indent = indent.slice(2);
  },
  time: (label = "default") => times.set(label, host.monotonicMs()),
  timeLog: (label = "default", ...args) => times.has(label) && line(OUT, [elapsed(label), ...args]),
  timeEnd(label = "default") {
    if (times.has(label)) line(OUT, [elapsed(label)]);
    times.delete(label);
  },
};
console.groupCollapsed = console.group;

Object.defineProperty(globalThis, "console", { value: console, configurable: true, writable: true, enumerable: false });
