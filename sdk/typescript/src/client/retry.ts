/** When to try again, and after how long. */

import {
  ExhaustedError,
  ProblemError,
  ProtocolError,
  TimedOutError,
  UnavailableError,
  UnreachableError,
} from "./errors.js";

/** How a call is tried again that may be repeated. */
export interface Retry {
  /** How often it is tried: 1 never repeats, and 4 is the default, over in under a second when nobody is there. */
  attemptsMax: number;
  /** Milliseconds before the first repetition at the most; the bound doubles with each. 100 by default. */
  pauseMsFirst: number;
  /** Milliseconds of a pause of our own making at the most. 5,000 by default. */
  pauseMsMax: number;
  /** Milliseconds from the beginning after which no attempt is begun any more. 120,000 by default. */
  timeMsMax: number;
}

export const RETRY_DEFAULT: Retry = { attemptsMax: 4, pauseMsFirst: 100, pauseMsMax: 5_000, timeMsMax: 120_000 };

/** The longest pause that a server may ask for; beyond it the caller should decide. */
const RETRY_AFTER_MS_MAX = 30_000;

/** Statuses that say "not now". */
const PASSING = new Set([408, 429, 503]);

/** Whether trying again may help, if what was asked for may be repeated. */
export function isPassing(error: unknown): error is Error {
  return (
    error instanceof UnreachableError ||
    error instanceof TimedOutError ||
    error instanceof ExhaustedError ||
    error instanceof UnavailableError ||
    (error instanceof ProtocolError && error.status !== undefined && PASSING.has(error.status))
  );
}

/** Whether a start that a batch has refused with this status may be sent again. */
export function isPassingStatus(status: number): boolean {
  return PASSING.has(status);
}

/** Attempts at one thing: counts failures and says how long to pause. */
export class Attempts {
  #failures = 0;
  readonly #beganMs = performance.now();

  constructor(
    private readonly retry: Retry,
    /** At least 0 and below 1. */
    private readonly chance: () => number = Math.random,
  ) {}

  /**
   * Milliseconds to pause after one more failure: anything up to a bound that doubles, so that many
   * clients do not come back at once. The server's wish goes before if it is longer. `undefined`: do
   * not try again.
   */
  pauseMs(error?: unknown): number | undefined {
    this.#failures += 1;
    if (this.#failures >= this.retry.attemptsMax) return undefined;
    const doubled = this.retry.pauseMsFirst * 2 ** (this.#failures - 1);
    const own = Math.min(doubled, this.retry.pauseMsMax) * this.chance();
    const wish = retryAfterMs(error);
    const pause = Math.max(own, wish);
    const isTooLate = performance.now() - this.#beganMs + pause > this.retry.timeMsMax;
    return wish > RETRY_AFTER_MS_MAX || isTooLate ? undefined : pause;
  }
}

/** The milliseconds that the header `Retry-After` asks for: seconds, or an instant as HTTP writes it. */
export function parseRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1_000;
  const instant = Date.parse(value);
  return Number.isNaN(instant) ? undefined : Math.max(0, instant - Date.now());
}

/** Pauses. Throws the signal's reason once that is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }, ms);
    if (signal?.aborted) aborted();
    else signal?.addEventListener("abort", aborted, { once: true });
  });
}

function retryAfterMs(error: unknown): number {
  const tells = error instanceof ProblemError || error instanceof ProtocolError;
  return (tells && error.retryAfterMs) || 0;
}
