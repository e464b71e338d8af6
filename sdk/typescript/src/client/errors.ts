/**
 * What can go wrong with a call. Everything that this library throws is a {@link SteploomError}, but
 * for what a caller's own `AbortSignal` gives as its reason.
 */

import type { Problem, ProblemItem } from "./generated/wire.js";

/** Characters of a strange answer that an error shows. */
const SHOWN_MAX = 200;

/** Why a call did not succeed. */
export class SteploomError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Steploom answered that it will not or cannot: match on the class or on `code`, show the message. */
export class ProblemError extends SteploomError {
  /** The HTTP status, 400 and above. */
  readonly status: number;
  /** A stable name that programs may match, such as `MachineNotFound`. */
  readonly code: string;
  /** What is wrong and what to do, for a person. */
  readonly title: string;
  /** The request's id, to find it in the server's log. */
  readonly requestId: string | undefined;
  /** Each place that is wrong; empty where no place is told. */
  readonly problems: readonly ProblemItem[];
  /** Milliseconds after which the server asks to be tried again, if it does. */
  readonly retryAfterMs: number | undefined;

  constructor(problem: Problem, retryAfterMs?: number) {
    super(told(problem));
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.requestId = problem.requestId ?? undefined;
    this.problems = problem.problems ?? [];
    this.retryAfterMs = retryAfterMs;
  }
}

/** The request is wrong as it stands: change it. Also thrown before anything is sent. */
export class InvalidError extends ProblemError {}

/** There are keys, and the request has no good one. */
export class UnauthenticatedError extends ProblemError {}

/** The caller may not do this. */
export class DeniedError extends ProblemError {}

/** There is no such thing, or no such route. */
export class NotFoundError extends ProblemError {}

/** It is there already, or stands in the way: look at what is there, then decide. */
export class ConflictError extends ProblemError {}

/** A limit was reached (429): try again after `retryAfterMs`. */
export class ExhaustedError extends ProblemError {}

/** Something is away (503), or the request came too slowly (408): try again after `retryAfterMs`. */
export class UnavailableError extends ProblemError {}

/** Something went wrong on the server's side: its log says what. */
export class InternalError extends ProblemError {}

/** The function failed, not the server. */
export class FunctionFailedError extends ProblemError {
  /** The name that `Retry` and `Catch` would match, such as `Function.ExitCode`. */
  readonly error: string;
  /** Why. */
  override readonly cause: string;
  /** The invocation's id, under which its log is found. */
  readonly invocationId: string | undefined;

  constructor(problem: Problem, retryAfterMs?: number) {
    super(problem, retryAfterMs);
    this.error = problem.error ?? "";
    this.cause = problem.cause ?? "";
    this.invocationId = problem.invocationId ?? undefined;
  }
}

/** Nothing answered, or the line broke. What was asked for may have happened nevertheless. */
export class UnreachableError extends SteploomError {
  /** Where Steploom was looked for. */
  readonly endpoint: string;
  /** Whether not even a connection came about, so that nothing can have happened. A browser never says so. */
  readonly isRefused: boolean;

  constructor(endpoint: string, why: unknown) {
    const isRefused = hasRefused(why);
    super(
      isRefused
        ? `cannot reach Steploom at ${endpoint}; start it with 'steploom up'`
        : `the connection to Steploom at ${endpoint} broke: ${deepest(why)}`,
      { cause: why },
    );
    this.endpoint = endpoint;
    this.isRefused = isRefused;
  }
}

/** The time that the caller gave has passed. What was asked for may have happened, or still go on. */
export class TimedOutError extends SteploomError {
  /** Milliseconds that were given. */
  readonly timeoutMs: number;

  constructor(what: string, timeoutMs: number) {
    super(`${what} took longer than ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** What answered does not speak this protocol: look at the endpoint and at both versions. */
export class ProtocolError extends SteploomError {
  /** The HTTP status, if the answer as a whole was strange. */
  readonly status: number | undefined;
  /** Milliseconds after which whoever answered asks to be tried again, if they do. */
  readonly retryAfterMs: number | undefined;

  constructor(why: string, status?: number, retryAfterMs?: number) {
    super(`the answer makes no sense: ${why}`);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The error that an answer of status 400 and above stands for. */
export function errorOfAnswer(status: number, body: Uint8Array, retryAfterMs?: number): SteploomError {
  const text = new TextDecoder().decode(body);
  const problem = problemIn(text);
  return problem === undefined
    ? new ProtocolError(`status ${status} with ${shown(text)}`, status, retryAfterMs)
    : errorOfProblem(problem, retryAfterMs);
}

/** The error of a problem document. */
export function errorOfProblem(problem: Problem, retryAfterMs?: number): ProblemError {
  return new (classOf(problem))(problem, retryAfterMs);
}

/** The same problem that Steploom would have answered with, found before it was asked. */
export function invalid(code: string, title: string, status = 400): InvalidError {
  return new InvalidError({ status, code, title });
}

/** The problem document that a text is; `undefined` if it is none. */
export function problemIn(text: string): Problem | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isProblem(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A text from elsewhere, in quotes, not too long, and without what could upset a terminal. */
export function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);
}

function classOf(problem: Problem): typeof ProblemError {
  if (problem.code === "FunctionFailed") return FunctionFailedError;
  switch (problem.status) {
    case 401:
      return UnauthenticatedError;
    case 403:
      return DeniedError;
    case 404:
      return NotFoundError;
    case 409:
      return ConflictError;
    case 429:
      return ExhaustedError;
    case 408:
    case 503:
      return UnavailableError;
    default:
      return problem.status < 500 ? InvalidError : InternalError;
  }
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== "object" || value === null) return false;
  const { status, code, title } = value as Partial<Record<keyof Problem, unknown>>;
  return typeof status === "number" && typeof code === "string" && typeof title === "string";
}

function told(problem: Problem): string {
  const places = (problem.problems ?? []).map((item) => `\n  ${item.path}: ${item.message} (${item.code})`);
  const cause = problem.cause ? `: ${problem.cause}` : "";
  return `${problem.title} (${problem.code})${cause}${places.join("")}`;
}

/** Codes of node's for a connection that never came about. */
const REFUSED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

function hasRefused(why: unknown): boolean {
  for (let error = why; error instanceof Error; error = error.cause) {
    if ("code" in error && REFUSED.has(String(error.code))) return true;
  }
  return false;
}

/** What the lowest layer said: those above it say "fetch failed". */
function deepest(why: unknown): string {
  let error = why;
  while (error instanceof Error && error.cause !== undefined) error = error.cause;
  return error instanceof Error ? error.message || error.name : String(error);
}
