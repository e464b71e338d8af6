/** JSON, in and out. */

import { invalid, ProtocolError, shown } from "./errors.js";

/** A value of JSON. Whole numbers above 2^53 lose their last digits, as everywhere in JavaScript. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/**
 * A value as JSON. Fields that are `undefined` are left out, as always in JavaScript.
 *
 * Throws {@link InvalidError} `InvalidJson` for what JSON cannot say: nothing at all, circles, `bigint`,
 * functions and symbols, which would silently be left out, and numbers that are not finite, which would
 * silently become `null`. `what` is for people.
 */
export function writeJson(value: unknown, what: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, refuse);
  } catch (error) {
    throw invalid("InvalidJson", `${what} is no JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (text === undefined) throw invalid("InvalidJson", `${what} is no JSON: it is ${typeof value}`);
  return text;
}

/** What an answer holds. Throws {@link ProtocolError} when it is no JSON. */
export function readJson<T>(bytes: Uint8Array, status?: number): T {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ProtocolError(`${shown(text)} is no JSON`, status);
  }
}

function refuse(name: string, value: unknown): unknown {
  const type = typeof value;
  const isInfinite = type === "number" && !Number.isFinite(value);
  if (!isInfinite && type !== "function" && type !== "symbol") return value;
  throw new TypeError(`${name === "" ? "it" : `'${name}'`} is ${isInfinite ? value : `a ${type}`}`);
}
