// A host of one function, for tests: what the platform does with a module of kind reactor, in
// little. It knows no limits, nothing of WASI but what steploom.ts asks for, and of calls back what the
// test says.

import { readFile } from "node:fs/promises";

/** In the length of an answer: it is an error. */
const ERROR_BIT = 2 ** 31;

/**
 * Reads a module and gives a function that calls it, each time in a fresh instance:
 * `call(event, environment)` gives `{ result }` or `{ error: { errorType, errorMessage } }`, and
 * `log`, the lines that were logged, as objects where they are JSON. Throws what a trap throws, with its `log`.
 * What the function calls back is answered by a third argument: it is given the request's line, an object, and
 * its body, and gives `{ ok, body }` or `{ error: { code, message } }`.
 */
export async function load(path) {
  const module = await WebAssembly.compile(await readFile(path));
  return (event, environment = {}, platform = nobody) =>
    call(module, Buffer.from(JSON.stringify(event)), environment, platform);
}

/** Answers calls back where a test does not. */
function nobody() {
  return { error: { code: "NoPlatform", message: "there is no platform here: calls back are answered where Steploom runs the function" } };
}

function call(module, event, environment, platform) {
  const guest = { memory: null, written: "", platform, answer: Buffer.alloc(0) };
  try {
    const { exports } = new WebAssembly.Instance(module, imports(guest, environment));
    guest.memory = exports.memory;
    exports._initialize?.();
    const place = exports.steploom_alloc(event.length);
    Buffer.from(guest.memory.buffer).set(event, place >>> 0);
    const answer = JSON.parse(answerOf(guest, exports.steploom_handle(place, event.length)));
    return { ...answer, log: linesOf(guest.written) };
  } catch (error) {
    throw Object.assign(error, { log: linesOf(guest.written) });
  }
}

/** Where the answer is came packed: its address above its length. */
function answerOf(guest, packed) {
  const at = Number(BigInt.asUintN(32, packed >> 32n));
  const length = Number(BigInt.asUintN(32, packed));
  const isError = length >= ERROR_BIT;
  const text = Buffer.from(guest.memory.buffer, at, isError ? length - ERROR_BIT : length).toString();
  return isError ? `{"error":${text}}` : `{"result":${text}}`;
}

function linesOf(written) {
  return written.split("\n").filter(Boolean).map((line) => {
    try {
      return JSON.parse(line);
    } catch {
      return line;
    }
  });
}

/** WASI preview 1; a function gives 0, which is success. */
function imports(guest, environment) {
  const pairs = Object.entries(environment).map(([name, value]) => Buffer.from(`${name}=${value}\0`));
  const view = () => new DataView(guest.memory.buffer);
  const wasi = {
    environ_sizes_get(count, bytes) {
      view().setUint32(count, pairs.length, true);
      view().setUint32(bytes, Buffer.concat(pairs).length, true);
      return 0;
    },
    environ_get(places, bytes) {
      for (const [index, pair] of pairs.entries()) {
        view().setUint32(places + 4 * index, bytes, true);
        Buffer.from(guest.memory.buffer).set(pair, bytes);
        bytes += pair.length;
      }
      return 0;
    },
    fd_write(_file, parts, count, written) {
      let length = 0;
      for (let part = parts; part < parts + 8 * count; part += 8) {
        const bytes = Buffer.from(guest.memory.buffer, view().getUint32(part, true), view().getUint32(part + 4, true));
        guest.written += bytes.toString();
        length += bytes.length;
      }
      view().setUint32(written, length, true);
      return 0;
    },
    clock_time_get(_clock, _precision, time) {
      view().setBigUint64(time, BigInt(Date.now()) * 1_000_000n, true);
      return 0;
    },
    random_get(at, size) {
      crypto.getRandomValues(new Uint8Array(guest.memory.buffer, at, size));
      return 0;
    },
  };
  return { wasi_snapshot_preview1: wasi, steploom: callsBack(guest) };
}

/** The largest number that says how much fuel is left. */
const FUEL = 2n ** 63n - 1n;

function callsBack(guest) {
  return {
    call(at, size) {
      const request = Buffer.from(Buffer.from(guest.memory.buffer, at, size));
      const end = request.indexOf("\n");
      const { body = "", ...line } = guest.platform(JSON.parse(request.subarray(0, end).toString()), request.subarray(end + 1));
      guest.answer = Buffer.concat([Buffer.from(`${JSON.stringify(line)}\n`), Buffer.from(body)]);
      return guest.answer.length;
    },
    take(to) {
      Buffer.from(guest.memory.buffer).set(guest.answer, to);
    },
    fuel: () => FUEL,
  };
}
