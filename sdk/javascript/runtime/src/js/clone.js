// `structuredClone`: deep copies that keep cycles, dates, maps, sets, buffers and errors.

const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

function structuredClone(value, options = undefined) {
  if (arguments.length === 0) throw new TypeError("structuredClone needs a value");
  const copy = copier(new Map())(value);
  for (const buffer of options?.transfer ?? []) buffer.transfer?.();
  return copy;
}

function copier(done) {
  const keep = (value, copy) => {
    done.set(value, copy);
    return copy;
  };
  const members = (value, copy) => {
    for (const name of Object.keys(value)) copy[name] = clone(value[name]);
    return copy;
  };
  const clone = (value) => {
    if (typeof value === "symbol" || typeof value === "function") throw refused(value);
    if (value === null || typeof value !== "object") return value;
    if (done.has(value)) return done.get(value);
    if (Array.isArray(value)) return members(value, keep(value, new Array(value.length)));
    if (value instanceof Date) return keep(value, new Date(value.getTime()));
    if (value instanceof RegExp) return keep(value, new RegExp(value.source, value.flags));
    if (value instanceof Map) {
      const copy = keep(value, new Map());
      for (const [key, inner] of [...value]) copy.set(clone(key), clone(inner));
      return copy;
    }
    if (value instanceof Set) {
      const copy = keep(value, new Set());
      for (const inner of [...value]) copy.add(clone(inner));
      return copy;
    }
    if (value instanceof ArrayBuffer) return keep(value, value.slice(0));
    if (value instanceof DataView) return keep(value, new DataView(clone(value.buffer), value.byteOffset, value.byteLength));
    if (ArrayBuffer.isView(value)) {
      const kind = globalThis[Object.prototype.toString.call(value).slice(8, -1)];
      return keep(value, new kind(clone(value.buffer), value.byteOffset, value.length));
    }
    if (value instanceof Error) return cloneError(value, keep, clone);
    for (const wrapper of [Number, String, Boolean, BigInt]) {
      if (value instanceof wrapper) return keep(value, Object(value.valueOf()));
    }
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) throw refused(value);
    return members(value, keep(value, {}));
  };
  return clone;
}

function cloneError(error, keep, clone) {
  const kind = ERRORS[error.name] ?? Error;
  const made = keep(error, new kind(error.message));
  if (typeof error.stack === "string") made.stack = error.stack;
  if (Object.hasOwn(error, "cause")) {
    Object.defineProperty(made, "cause", { value: clone(error.cause), configurable: true, writable: true });
  }
  return made;
}

function refused(value) {
  const shown = typeof value === "symbol" ? value.toString() : typeof value === "function" ? `the function ${value.name || "(anonymous)"}` : `a ${value.constructor?.name}`;
  const message = `${shown} could not be cloned.`;
  return new DOMException(message, "DataCloneError");
}

Object.defineProperty(globalThis, "structuredClone", { value: structuredClone, configurable: true, writable: true });
