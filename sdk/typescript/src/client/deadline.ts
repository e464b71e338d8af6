/** Work that ends in time, or when its caller wants. */

import { TimedOutError } from "./errors.js";

/** The longest that a timer can wait; longer is for ever. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * Does `work` with a signal that is aborted after `timeoutMs`, by {@link TimedOutError}, or with `caller`,
 * by its reason. Whatever is aborted throws the signal's reason. `what` is for people.
 */
export async function within<T>(
  timeoutMs: number,
  caller: AbortSignal | undefined,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const aborted = (): void => controller.abort(caller?.reason);
  const late = (): void => controller.abort(new TimedOutError(what, timeoutMs));
  const timer = timeoutMs > TIMER_MS_MAX ? undefined : setTimeout(late, timeoutMs);
  if (caller?.aborted) aborted();
  else caller?.addEventListener("abort", aborted);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener("abort", aborted);
  }
}
