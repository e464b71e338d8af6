// `URL` and `URLSearchParams`.
import { encode } from "steploom:encoding";
import * as host from "steploom:host";

const PARTS = ["protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"];
/** What stays as it is in a form: letters, digits and these. */
const PLAIN = /^[A-Za-z0-9*\-._]$/;

class URLSearchParams {
  #pairs = [];
  #changed;

  constructor(from = "", changed = undefined) {
    this.#read(from);
    this.#changed = typeof changed === "function" ? changed : undefined;
  }

  #read(from) {
    if (from === null || from === undefined) return;
    if (typeof from === "object" || typeof from === "function") {
      if (typeof from[Symbol.iterator] === "function") {
        for (const pair of from) {
          const [name, value, ...rest] = pair;
          if (rest.length || value === undefined) throw new TypeError("each pair has a name and a value");
          this.#pairs.push([text(name), text(value)]);
        }
      } else {
        for (const [name, value] of Object.entries(from)) this.#pairs.push([text(name), text(value)]);
      }
      return;
    }
    this._parse(text(from));
  }

  /** Reads what stands behind the question mark. */
  _parse(query) {
    this.#pairs = query
      .replace(/^\?/, "")
      .split("&")
      .filter((part) => part !== "")
      .map((part) => {
        const at = part.indexOf("=");
        return at < 0 ? [decode(part), ""] : [decode(part.slice(0, at)), decode(part.slice(at + 1))];
      });
  }

  #tell() {
    this.#changed?.(this.toString());
  }

  get size() {
    return this.#pairs.length;
  }

  append(name, value) {
    this.#pairs.push([text(name), text(value)]);
    this.#tell();
  }

  delete(name, value) {
    this.#pairs = this.#pairs.filter((pair) => pair[0] !== text(name) || (value !== undefined && pair[1] !== text(value)));
    this.#tell();
  }

  get(name) {
    return this.#pairs.find((pair) => pair[0] === text(name))?.[1] ?? null;
  }

  getAll(name) {
    return this.#pairs.filter((pair) => pair[0] === text(name)).map((pair) => pair[1]);
  }

  has(name, value) {
    return this.#pairs.some((pair) => pair[0] === text(name) && (value === undefined || pair[1] === text(value)));
  }

  set(name, value) {
    const at = this.#pairs.findIndex((pair) => pair[0] === text(name));
    if (at < 0) this.#pairs.push([text(name), text(value)]);
    else {
      this.#pairs[at][1] = text(value);
      this.#pairs = this.#pairs.filter((pair, place) => place <= at || pair[0] !== text(name));
    }
    this.#tell();
  }

  sort() {
    this.#pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    this.#tell();
  }

  forEach(visit, self) {
    for (const [name, value] of this) visit.call(self, value, name, this);
  }

  *entries() {
    for (const [name, value] of this.#pairs) yield [name, value];
  }

  *keys() {
    for (const [name] of this.#pairs) yield name;
  }

  *values() {
    for (const [, value] of this.#pairs) yield value;
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  toString() {
    return this.#pairs.map(([name, value]) => `${form(name)}=${form(value)}`).join("&");
  }

  get [Symbol.toStringTag]() {
    return "URLSearchParams";
  }

  [Symbol.for("nodejs.util.inspect.custom")](_, __, inspect) {
    return `URLSearchParams ${inspect(Object.fromEntries(this))}`;
  }
}

const text = (value) => `${value}`.toWellFormed();

function form(value) {
  let written = "";
  for (const letter of value) {
    if (PLAIN.test(letter)) written += letter;
    else if (letter === " ") written += "+";
    else for (const byte of encode(letter)) written += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return written;
}

function decode(written) {
  if (!/[%+]/.test(written)) return written;
  const bytes = [];
  const source = encode(written.replaceAll("+", " "));
  for (let at = 0; at < source.length; at += 1) {
    const hex = source[at] === 0x25 ? String.fromCharCode(source[at + 1], source[at + 2]) : "";
    if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
      bytes.push(Number.parseInt(hex, 16));
      at += 2;
    } else bytes.push(source[at]);
  }
  return host.decode(new Uint8Array(bytes), false);
}

class URL {
  #parts;
  #query;

  constructor(address, base = undefined) {
    const parts = host.parseUrl(text(address), base === undefined ? undefined : text(base), undefined, undefined);
    if (parts === undefined) {
      const error = new TypeError("Invalid URL");
      error.code = "ERR_INVALID_URL";
      error.input = text(address);
      throw error;
    }
    this.#parts = parts;
  }

  static canParse(address, base = undefined) {
    return URL.parse(address, base) !== null;
  }

  static parse(address, base = undefined) {
    try {
      return new URL(address, base);
    } catch {
      return null;
    }
  }

  get href() {
    return this.#parts.href;
  }

  set href(address) {
    this.#parts = new URL(address).#parts;
    this.#query?._parse(this.#parts.search);
  }

  get origin() {
    return this.#parts.origin;
  }

  get searchParams() {
    this.#query ??= new URLSearchParams(this.#parts.search, (query) => this._set("search", query, false));
    return this.#query;
  }

  _get(part) {
    return this.#parts[part];
  }

  _set(part, value, isOutside = true) {
    this.#parts = host.parseUrl(this.#parts.href, undefined, part, text(value)) ?? this.#parts;
    if (isOutside && part === "search") this.#query?._parse(this.#parts.search);
  }

  toString() {
    return this.#parts.href;
  }

  toJSON() {
    return this.#parts.href;
  }

  get [Symbol.toStringTag]() {
    return "URL";
  }

  [Symbol.for("nodejs.util.inspect.custom")](_, __, inspect) {
    return `URL ${inspect({ ...this.#parts })}`;
  }
}

for (const part of PARTS) {
  Object.defineProperty(URL.prototype, part, {
    configurable: true,
    enumerable: true,
    get() {
      return this._get(part);
    },
    set(value) {
      this._set(part, value);
    },
  });
}

for (const value of [URL, URLSearchParams]) {
  Object.defineProperty(globalThis, value.name, { value, configurable: true, writable: true });
}
export { URL, URLSearchParams };
