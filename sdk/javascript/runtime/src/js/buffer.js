// `Buffer`: a `Uint8Array` that knows texts, the part of Node's that functions use.
import { bytesOf, encode } from "steploom:encoding";

const latin1 = new TextDecoder("latin1");
const utf16 = new TextDecoder("utf-16le", { ignoreBOM: true });
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

const ENCODINGS = {
  utf8: { read: encode, write: (bytes) => utf8.decode(bytes) },
  hex: { read: (text) => Uint8Array.fromHex(/^(?:[0-9a-f]{2})*/i.exec(text)[0]), write: (bytes) => plain(bytes).toHex() },
  base64: { read: fromBase64, write: (bytes) => plain(bytes).toBase64() },
  base64url: { read: fromBase64, write: (bytes) => plain(bytes).toBase64({ alphabet: "base64url", omitPadding: true }) },
  latin1: { read: (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0)), write: (bytes) => latin1.decode(bytes) },
  utf16le: { read: (text) => new Uint8Array(Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)).buffer), write: (bytes) => utf16.decode(bytes) },
};
const ALIASES = { "utf-8": "utf8", binary: "latin1", ascii: "latin1", ucs2: "utf16le", "ucs-2": "utf16le", "utf-16le": "utf16le" };

function encoding(name = "utf8") {
  const key = `${name}`.toLowerCase();
  const found = ENCODINGS[ALIASES[key] ?? key];
  if (!found) throw new TypeError(`the encoding "${name}" is not here: there are ${Object.keys(ENCODINGS).join(", ")}`);
  return found;
}

function fromBase64(text) {
  const clean = `${text}`.replaceAll("-", "+").replaceAll("_", "/").replace(/[^A-Za-z0-9+/]/g, "");
  return Uint8Array.fromBase64(clean.length % 4 === 1 ? clean.slice(0, -1) : clean);
}

/** The same bytes as a plain array. */
function plain(bytes) {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function view(bytes) {
  return new Buffer(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export class Buffer extends Uint8Array {
  static from(source, second, length) {
    if (typeof source === "string") return view(encoding(second).read(source));
    if (source instanceof ArrayBuffer) return new Buffer(source, second, length);
    if (source?.type === "Buffer" && Array.isArray(source.data)) return view(Uint8Array.from(source.data));
    if (source === null || source === undefined || typeof source === "number") throw new TypeError("Buffer.from takes text, bytes or a list of numbers");
    return view(Uint8Array.from(source));
  }

  static alloc(size, fill = 0, name = undefined) {
    const made = new Buffer(size);
    return fill === 0 ? made : made.fill(fill, 0, size, name);
  }

  static allocUnsafe(size) {
    return new Buffer(size);
  }

  static isBuffer(value) {
    return value instanceof Buffer;
  }

  static isEncoding(name) {
    const key = `${name}`.toLowerCase();
    return (ALIASES[key] ?? key) in ENCODINGS;
  }

  static byteLength(source, name) {
    return typeof source === "string" ? encoding(name).read(source).length : source.byteLength;
  }

  static concat(list, length = list.reduce((sum, part) => sum + part.length, 0)) {
    const whole = Buffer.alloc(length);
    let at = 0;
    for (const part of list) {
      const fitting = part.subarray(0, Math.max(0, length - at));
      whole.set(fitting, at);
      at += fitting.length;
    }
    return whole;
  }

  static compare(a, b) {
    for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
      if (a[at] !== b[at]) return a[at] < b[at] ? -1 : 1;
    }
    return Math.sign(a.length - b.length);
  }

  toString(name, start = 0, end = this.length) {
    return encoding(name).write(this.subarray(start, end));
  }

  toJSON() {
    return { type: "Buffer", data: Array.from(this) };
  }

  equals(other) {
    return Buffer.compare(this, other) === 0;
  }

  compare(other) {
    return Buffer.compare(this, other);
  }

  write(text, at = 0, length = this.length - at, name = "utf8") {
    const bytes = encoding(typeof at === "string" ? at : name).read(text).subarray(0, length);
    this.set(bytes, typeof at === "string" ? 0 : at);
    return bytes.length;
  }

  fill(value, start = 0, end = this.length, name = undefined) {
    if (typeof value !== "string") return super.fill(value, start, end);
    const bytes = encoding(typeof start === "string" ? start : name).read(value);
    const from = typeof start === "string" ? 0 : start;
    for (let at = from; at < end && bytes.length; at += 1) this[at] = bytes[(at - from) % bytes.length];
    return this;
  }

  slice(start, end) {
    return this.subarray(start, end);
  }

  copy(target, at = 0, start = 0, end = this.length) {
    const part = this.subarray(start, Math.min(end, start + target.length - at));
    target.set(part, at);
    return part.length;
  }

  indexOf(value, from = 0, name = undefined) {
    if (typeof value === "number") return super.indexOf(value, from);
    const bytes = typeof value === "string" ? encoding(name).read(value) : bytesOf(value);
    for (let at = from; at + bytes.length <= this.length; at += 1) {
      if (bytes.every((byte, offset) => this[at + offset] === byte)) return at;
    }
    return -1;
  }

  includes(value, from = 0, name = undefined) {
    return this.indexOf(value, from, name) >= 0;
  }

  [Symbol.for("nodejs.util.inspect.custom")]() {
    const shown = Array.from(this.subarray(0, 50), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const left = this.length - 50;
    return `<Buffer${shown ? ` ${shown}` : ""}${left > 0 ? ` ... ${left} more byte${left > 1 ? "s" : ""}` : ""}>`;
  }
}

/** Numbers in the buffer: `readUInt32BE`, `writeDoubleLE` and the like. */
const NUMBERS = { Int8: 1, UInt8: 1, Int16: 2, UInt16: 2, Int32: 4, UInt32: 4, Float: 4, Double: 8, BigInt64: 8, BigUInt64: 8 };
for (const [name, size] of Object.entries(NUMBERS)) {
  const kind = { Float: "Float32", Double: "Float64" }[name] ?? name.replace("UInt", "Uint");
  for (const order of size === 1 ? [""] : ["LE", "BE"]) {
    const data = (buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    const define = (method, value) => Object.defineProperty(Buffer.prototype, method, { value, configurable: true, writable: true });
    define(`read${name}${order}`, function (at = 0) {
      return data(this)[`get${kind}`](at, order === "LE");
    });
    define(`write${name}${order}`, function (value, at = 0) {
      data(this)[`set${kind}`](at, value, order === "LE");
      return at + size;
    });
  }
}

Object.defineProperty(globalThis, "Buffer", { value: Buffer, configurable: true, writable: true });
