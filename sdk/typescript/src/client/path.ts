/** Paths: texts of a caller become segments, and cannot become anything else. */

import { invalid, shown } from "./errors.js";

/** Characters of the name of a function, machine or execution. */
const NAME_LENGTH_MAX = 80;

/**
 * A path with each text in its place, encoded as one segment: ``path`/v1/machines/${name}` ``.
 *
 * Throws {@link InvalidError} for a text that no URL can carry as a segment.
 */
export function path(parts: TemplateStringsArray, ...texts: (string | number)[]): string {
  return parts.reduce((whole, part, index) => whole + segment(texts[index - 1] ?? "") + part);
}

/**
 * A name as Steploom takes it: 1 to 80 of `A-Z a-z 0-9 - _ .`, not beginning with a dot or a dash, without
 * two dots in a row. `what` is what it names, for people.
 *
 * Throws {@link InvalidError} `InvalidName`, as the server would.
 */
export function checkName(name: string, what: string): string {
  const why = wrongWith(name);
  if (why !== undefined) throw invalid("InvalidName", `${what} ${why}`);
  return name;
}

function wrongWith(name: unknown): string | undefined {
  if (typeof name !== "string") return `must be a text, not ${name === null ? "null" : typeof name}`;
  if (name === "") return "must not be empty";
  if (name.length > NAME_LENGTH_MAX) return `has ${name.length} characters; at most ${NAME_LENGTH_MAX} are allowed`;
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return `is ${shown(name)}; allowed are letters, digits, '-', '_' and '.'`;
  if (/^[.-]|\.\./.test(name)) return `is ${shown(name)}; it must not start with '.' or '-' or contain '..'`;
  return undefined;
}

function segment(value: string | number): string {
  const text = String(value);
  // A URL forgets an empty segment, and goes by these two even if they are encoded.
  if (text === "" || text === "." || text === "..") {
    throw invalid("InvalidPath", `${shown(text)} cannot stand in a path: it names nothing`);
  }
  try {
    return encodeURIComponent(text);
  } catch {
    throw invalid("InvalidPath", `${shown(text)} cannot stand in a path: half of a character is missing`);
  }
}
