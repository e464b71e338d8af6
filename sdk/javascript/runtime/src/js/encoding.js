// `TextEncoder` and `TextDecoder`: UTF-8, and for reading UTF-16 and Latin-1.
import * as host from "steploom:host";

/** The bytes of a buffer or a view, without a copy. */
export function bytesOf(source) {
  if (source instanceof Uint8Array) return source;
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (source instanceof ArrayBuffer || source instanceof SharedArrayBuffer) return new Uint8Array(source);
  throw new TypeError("bytes are an ArrayBuffer or a view of one");
}

/** The bytes of a text. */
export function encode(text) {
  return host.encode(`${text}`.toWellFormed());
}

class TextEncoder {
  get encoding() {
    return "utf-8";
  }

  encode(text = "") {
    return encode(text);
  }

  encodeInto(text, place) {
    let read = 0;
    let written = 0;
    for (const letter of `${text}`.toWellFormed()) {
      const bytes = host.encode(letter);
      if (written + bytes.length > place.length) break;
      place.set(bytes, written);
      written += bytes.length;
      read += letter.length;
    }
    return { read, written };
  }
}

const LABELS = {
  "utf-8": "utf-8", utf8: "utf-8", "unicode-1-1-utf-8": "utf-8",
  "utf-16le": "utf-16le", "utf-16": "utf-16le", ucs2: "utf-16le", "ucs-2": "utf-16le",
  latin1: "latin1", "iso-8859-1": "latin1", ascii: "latin1", "us-ascii": "latin1",
};

class TextDecoder {
  #label;
  #options;
  #kept = new Uint8Array(0);
  #hasBegun = false;

  constructor(label = "utf-8", options = {}) {
    this.#label = LABELS[`${label}`.trim().toLowerCase()];
    if (this.#label === undefined) throw new RangeError(`the encoding "${label}" is not here: there are utf-8, utf-16le and latin1`);
    this.#options = { fatal: options?.fatal === true, ignoreBOM: options?.ignoreBOM === true };
  }

  get encoding() {
    return this.#label === "latin1" ? "windows-1252" : this.#label;
  }

  get fatal() {
    return this.#options.fatal;
  }

  get ignoreBOM() {
    return this.#options.ignoreBOM;
  }

  decode(source = new Uint8Array(0), { stream = false } = {}) {
    let bytes = bytesOf(source);
    if (this.#kept.length) {
      const all = new Uint8Array(this.#kept.length + bytes.length);
      all.set(this.#kept);
      all.set(bytes, this.#kept.length);
      bytes = all;
    }
    const end = stream ? bytes.length - openEnd(this.#label, bytes) : bytes.length;
    this.#kept = bytes.slice(end);
    let text = this.#text(bytes.subarray(0, end));
    if (!this.#hasBegun && !this.#options.ignoreBOM && text.startsWith("\ufeff")) text = text.slice(1);
    this.#hasBegun = stream && (this.#hasBegun || text !== "");
    return text;
  }

  #text(bytes) {
    if (this.#label === "utf-8") {
      const text = host.decode(bytes, this.#options.fatal);
      if (text === undefined) throw new TypeError("the bytes are no UTF-8");
      return text;
    }
    const units = this.#label === "latin1" ? bytes : pairs(bytes);
    let text = "";
    for (let at = 0; at < units.length; at += 8192) text += String.fromCharCode(...units.subarray(at, at + 8192));
    return this.#label === "latin1" ? text : text.toWellFormed();
  }
}

function pairs(bytes) {
  const units = new Uint16Array(Math.ceil(bytes.length / 2));
  for (let at = 0; at < units.length; at += 1) {
    const isWhole = 2 * at + 1 < bytes.length;
    units[at] = isWhole ? bytes[2 * at] | (bytes[2 * at + 1] << 8) : 0xfffd;
  }
  return units;
}

/** How many bytes at the end belong to a letter whose rest is to come. */
function openEnd(label, bytes) {
  if (label === "latin1") return 0;
  if (label === "utf-16le") return bytes.length % 2;
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back];
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

Object.defineProperties(globalThis, {
  TextEncoder: { value: TextEncoder, configurable: true, writable: true },
  TextDecoder: { value: TextDecoder, configurable: true, writable: true },
});
