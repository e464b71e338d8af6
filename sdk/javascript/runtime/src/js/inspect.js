// Values as text for people, much as Node's `util.inspect` and `util.format` have them.

const LINE_MAX = 72;
const ITEMS_MAX = 100;
const DEPTH = 2;
const NAME = /^[A-Za-z_$][\w$]*$/;
const custom = Symbol.for("nodejs.util.inspect.custom");

/** A value as text. `options.depth` is how deep it goes, 2 by default; null is without end. */
export function inspect(value, options = {}) {
  const depth = options?.depth === undefined ? DEPTH : options.depth === null ? Infinity : options.depth;
  return show(value, { depth, seen: [], circular: new Map(), options }, 0);
}
inspect.custom = custom;

/** Text with what `%s`, `%d`, `%i`, `%f`, `%j`, `%o`, `%O` and `%c` stand for, and the rest behind it. */
export function format(...args) {
  let text = "";
  let at = 0;
  if (typeof args[0] === "string") {
    at = 1;
    text = args.length === 1 ? args[0] : args[0].replace(/%[sdifjoOc%]/g, (mark) => {
      if (mark === "%%") return "%";
      if (at >= args.length) return mark;
      return fill(mark, args[at++]);
    });
  }
  for (; at < args.length; at += 1) {
    const value = args[at];
    text += (at > 0 ? " " : "") + (typeof value === "string" ? value : inspect(value));
  }
  return text;
}

function fill(mark, value) {
  switch (mark) {
    case "%s":
      if (typeof value === "string") return value;
      if (typeof value === "object" && value !== null) return inspect(value, { depth: 0 });
      return Object.is(value, -0) ? "-0" : typeof value === "bigint" ? `${value}n` : String(value);
    case "%d":
      return typeof value === "bigint" ? `${value}n` : typeof value === "symbol" ? "NaN" : inspect(Number(value));
    case "%i":
      return typeof value === "bigint" ? `${value}n` : inspect(Number.parseInt(value, 10));
    case "%f":
      return inspect(Number.parseFloat(value));
    case "%j":
      try {
        return `${JSON.stringify(value)}`;
      } catch {
        return "[Circular]";
      }
    case "%o":
      return inspect(value, { depth: 4 });
    case "%O":
      return inspect(value);
    default:
      return "";
  }
}

function show(value, run, level) {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "number":
      return Object.is(value, -0) ? "-0" : `${value}`;
    case "bigint":
      return `${value}n`;
    case "symbol":
      return value.toString();
    case "object":
      return value === null ? "null" : showObject(value, run, level);
    case "function":
      return showObject(value, run, level);
    default:
      return `${value}`;
  }
}

function quote(text) {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes("`") ? "`" : "'";
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return mark + (mark === "'" ? inner.replaceAll("'", "\\'") : inner) + mark;
}

function showObject(value, run, level) {
  if (typeof value[custom] === "function") {
    const shown = value[custom](run.depth - level, run.options, inspect);
    if (shown !== value) return typeof shown === "string" ? shown : show(shown, run, level);
  }
  if (run.seen.includes(value)) {
    if (!run.circular.has(value)) run.circular.set(value, run.circular.size + 1);
    return `[Circular *${run.circular.get(value)}]`;
  }
  const kind = kindOf(value);
  if (level > run.depth && !(value instanceof Error)) {
    const hasMore = Object.keys(value).length > 0 || value.size > 0 || value.length > 0;
    if (hasMore && !kind.whole) return `[${Array.isArray(value) ? "Array" : kind.name || "Object"}]`;
  }
  run.seen.push(value);
  const items = [...kind.items((inner) => show(inner, run, level + 1)), ...members(value, kind, run, level)];
  run.seen.pop();
  const mark = run.circular.has(value) ? `<ref *${run.circular.get(value)}> ` : "";
  return mark + layOut(kind, items, level);
}

/** How a value is shown: what stands before it, its brackets, and what it holds besides its properties. */
function kindOf(value) {
  const name = nameOf(value);
  const none = () => [];
  if (typeof value === "function") {
    const isClass = Function.prototype.toString.call(value).startsWith("class");
    const shown = value.name ? `: ${value.name}` : " (anonymous)";
    return { name, whole: isClass ? `[class${value.name ? ` ${value.name}` : shown}]` : `[${name}${shown}]`, items: none };
  }
  if (Array.isArray(value)) {
    return { name, before: name === "Array" ? "" : `${name}(${value.length}) `, open: "[", close: "]", items: (each) => elements(value, each) };
  }
  if (value instanceof Error) return { name, whole: errorText(value), items: none, isError: true };
  if (value instanceof Date) return { name, whole: Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString(), items: none };
  if (value instanceof RegExp) return { name, whole: RegExp.prototype.toString.call(value), items: none };
  if (value instanceof Map) {
    return { name, before: `${name}(${value.size}) `, open: "{", close: "}", items: (each) => first(value, ([key, inner]) => `${each(key)} => ${each(inner)}`, value.size) };
  }
  if (value instanceof Set) {
    return { name, before: `${name}(${value.size}) `, open: "{", close: "}", items: (each) => first(value, each, value.size) };
  }
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return { name, before: `${name}(${value.length}) `, open: "[", close: "]", items: (each) => elements(value, each) };
  }
  if (value instanceof ArrayBuffer) return { name, before: `${name} { byteLength: ${value.byteLength} }`, whole: `${name} { byteLength: ${value.byteLength} }`, items: none };
  if (value instanceof Promise) return { name, whole: "Promise {}", items: none };
  if (value instanceof WeakMap || value instanceof WeakSet) return { name, whole: `${name} { <items unknown> }`, items: none };
  for (const wrapper of [Number, String, Boolean, Symbol, BigInt]) {
    if (value instanceof wrapper) return { name, whole: `[${name}: ${show(value.valueOf(), {}, 0)}]`, items: none };
  }
  const prefix = name === "Object" ? "" : `${name || "[Object: null prototype]"} `;
  return { name, before: prefix, open: "{", close: "}", items: none };
}

function nameOf(value) {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null) return "";
  const tag = value[Symbol.toStringTag];
  const name = prototype.constructor?.name || "Object";
  return typeof tag === "string" && tag !== "" && tag !== name ? `${name} [${tag}]` : name;
}

function errorText(error) {
  const head = Error.prototype.toString.call(error);
  const stack = typeof error.stack === "string" ? error.stack.split("\n").filter((line) => line.trim().startsWith("at ") && !/\((steploom|node):/.test(line)) : [];
  return stack.length ? `${head}\n${stack.map((line) => `    ${line.trim()}`).join("\n")}` : `[${head}]`;
}

function elements(list, each) {
  const shown = [];
  let holes = 0;
  const end = () => {
    if (holes) shown.push(`<${holes} empty item${holes > 1 ? "s" : ""}>`);
    holes = 0;
  };
  const count = Math.min(list.length, ITEMS_MAX);
  for (let at = 0; at < count; at += 1) {
    if (at in list) {
      end();
      shown.push(each(list[at]));
    } else holes += 1;
  }
  end();
  return more(shown, list.length - count);
}

function first(values, each, size) {
  const shown = [];
  for (const value of values) {
    if (shown.length === ITEMS_MAX) break;
    shown.push(each(value));
  }
  return more(shown, size - shown.length);
}

function more(shown, left) {
  if (left > 0) shown.push(`... ${left} more item${left > 1 ? "s" : ""}`);
  return shown;
}

function members(value, kind, run, level) {
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  const names = Reflect.ownKeys(value).filter((name) => {
    if (isList && typeof name === "string" && String(name >>> 0) === name) return false;
    if (kind.isError && ["stack", "message", "name"].includes(name)) return false;
    return Object.getOwnPropertyDescriptor(value, name)?.enumerable || (kind.isError && name === "cause");
  });
  return names.map((name) => {
    const { get, set } = Object.getOwnPropertyDescriptor(value, name);
    const shown = get ? (set ? "[Getter/Setter]" : "[Getter]") : set ? "[Setter]" : show(value[name], run, level + 1);
    const label = typeof name === "symbol" ? `[${name.toString()}]` : NAME.test(name) ? name : quote(name);
    return `${kind.isError && name === "cause" ? "[cause]" : label}: ${shown}`;
  });
}

function layOut(kind, items, level) {
  if (items.length === 0) return kind.whole ?? `${kind.before}${kind.open}${kind.close}`;
  const before = kind.whole ? `${kind.whole} ` : kind.before;
  const open = kind.open ?? "{";
  const close = kind.close ?? "}";
  const length = items.reduce((sum, item) => sum + item.length + 2, before.length);
  if (length <= LINE_MAX && !items.some((item) => item.includes("\n"))) {
    return `${before}${open} ${items.join(", ")} ${close}`;
  }
  const space = "  ".repeat(level + 1);
  const isNumbers = open === "[" && items.length > 6 && items.every((item) => item.length <= 6);
  if (isNumbers) return `${before}${open}\n${rows(items, space)}\n${"  ".repeat(level)}${close}`;
  return `${before}${open}\n${space}${items.join(`,\n${space}`)}\n${"  ".repeat(level)}${close}`;
}

/** Short items side by side, right-aligned. */
function rows(items, space) {
  const width = Math.max(...items.map((item) => item.length));
  const perRow = Math.max(1, Math.min(16, Math.floor(LINE_MAX / (width + 2))));
  const lines = [];
  for (let at = 0; at < items.length; at += perRow) {
    lines.push(space + items.slice(at, at + perRow).map((item) => item.padStart(width)).join(", "));
  }
  return lines.join(",\n");
}
