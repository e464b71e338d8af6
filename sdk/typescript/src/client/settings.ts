/** What a client is set to: by its caller, else by the environment, else as most people want it. */

import { variable } from "#platform";
import { invalid, shown } from "./errors.js";
import { RETRY_DEFAULT, type Retry } from "./retry.js";

/** Where `steploom up` listens if it is not told. */
const ENDPOINT_DEFAULT = "http://127.0.0.1:8080";

/** Milliseconds that an ordinary answer may take. */
const TIMEOUT_MS_DEFAULT = 60_000;

/** Milliseconds that a stream may be silent: four heartbeats of the server. */
const SILENCE_MS_DEFAULT = 60_000;

/** Bytes of an answer: the largest is a page of a history, of which each event may hold a payload of 256 KiB. */
const ANSWER_BYTES_DEFAULT = 256 * 1024 * 1024;

/** What a caller may say; all of it may be left out. */
export interface ClientOptions {
  /** Where Steploom is, such as `http://127.0.0.1:8080`; `STEPLOOM_ENDPOINT` in the environment if left out. */
  endpoint?: string | URL;
  /** The token of an API key, or a JSON Web Token; `STEPLOOM_API_KEY` in the environment if left out. */
  apiKey?: string;
  /** Milliseconds that an ordinary answer may take, each time it is asked for: 60,000 by default. */
  timeoutMs?: number;
  /** Milliseconds that a stream may be silent before it is taken up again: 60,000 by default. */
  silenceMsMax?: number;
  /** Bytes of an answer, and of an event of a stream: 256 MiB by default. A larger one is a `ProtocolError`. */
  answerBytesMax?: number;
  /** How calls are tried again that may be repeated. */
  retry?: Partial<Retry>;
  /** What sends requests, in place of the global `fetch`. */
  fetch?: typeof globalThis.fetch;
}

/** The same, checked and complete. */
export interface Settings {
  /** Scheme, host, port and path prefix, without a slash at the end. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly silenceMsMax: number;
  readonly answerBytesMax: number;
  readonly retry: Retry;
  readonly fetch: typeof globalThis.fetch;
}

/** Throws `InvalidError` `InvalidOption` for what makes no sense. Nothing is sent. */
export function resolve(options: ClientOptions): Settings {
  const apiKey = options.apiKey ?? variable("STEPLOOM_API_KEY");
  const retry = { ...RETRY_DEFAULT, ...options.retry };
  return {
    endpoint: endpointOf(String(options.endpoint ?? variable("STEPLOOM_ENDPOINT") ?? ENDPOINT_DEFAULT)),
    headers: headersOf(apiKey),
    timeoutMs: atLeast(1, options.timeoutMs ?? TIMEOUT_MS_DEFAULT, "timeoutMs"),
    silenceMsMax: atLeast(1, options.silenceMsMax ?? SILENCE_MS_DEFAULT, "silenceMsMax"),
    answerBytesMax: atLeast(1, options.answerBytesMax ?? ANSWER_BYTES_DEFAULT, "answerBytesMax"),
    retry: {
      attemptsMax: atLeast(1, retry.attemptsMax, "retry.attemptsMax"),
      pauseMsFirst: atLeast(0, retry.pauseMsFirst, "retry.pauseMsFirst"),
      pauseMsMax: atLeast(0, retry.pauseMsMax, "retry.pauseMsMax"),
      timeMsMax: atLeast(0, retry.timeMsMax, "retry.timeMsMax"),
    },
    // Looked up at each call, and called by itself: a browser's `fetch` wants to be.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  };
}

/** Checks that a number is one, and not below `least`. `name` is the option's. */
export function atLeast(least: number, value: number, name: string): number {
  if (typeof value === "number" && value >= least) return value;
  throw invalid("InvalidOption", `${name} is ${value}; it must be a number, ${least} or more`);
}

function endpointOf(text: string): string {
  const wrong = (why: string): Error =>
    invalid("InvalidOption", `${shown(text)} is not an endpoint such as ${ENDPOINT_DEFAULT}: ${why}`);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrong("it is no URL");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw wrong("it must begin with http:// or https://");
  if (url.search !== "" || url.hash !== "") throw wrong("it must not have a query or a fragment");
  if (url.username !== "" || url.password !== "") {
    throw invalid("InvalidOption", "an endpoint must not have a user: pass an apiKey");
  }
  return url.href.replace(/\/+$/, "");
}

function headersOf(apiKey: string | undefined): Record<string, string> {
  if (apiKey === undefined) return {};
  // The key itself is not shown: errors are logged.
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw invalid("InvalidOption", "the apiKey is no plain text");
  return { authorization: `Bearer ${apiKey}` };
}
