/** Waiting for an execution's end. */

import type { Api } from "./generated/api.js";
import { within } from "./deadline.js";
import { ProtocolError } from "./errors.js";
import { Attempts, pause } from "./retry.js";
import { atLeast } from "./settings.js";
import type { ExecutionOf } from "./start.js";
import type { CallOptions, Transport } from "./transport.js";
import type { ExecutionStatus } from "./generated/wire.js";

/** How an execution stands that has ended. PENDING, PAUSED and QUARANTINED are no ends. */
const ENDED: ReadonlySet<ExecutionStatus> = new Set(["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "EXPIRED"]);

/** Whether nothing more will happen to an execution unless somebody redrives it. */
export function hasEnded(execution: { status: ExecutionStatus }): boolean {
  return ENDED.has(execution.status);
}

/** Waits until an execution has ended, however it did, and gives it. It follows the events and does not poll. */
export async function wait<R>(
  transport: Transport,
  api: Api,
  id: string,
  { timeoutMs = Infinity, signal }: CallOptions,
): Promise<ExecutionOf<R>> {
  atLeast(0, timeoutMs, "timeoutMs");
  return within(timeoutMs, signal, `execution ${id}`, async (signal) => {
    const attempts = new Attempts(transport.settings.retry);
    for (;;) {
      const execution = await api.getExecution(id, { signal });
      if (hasEnded(execution)) return execution as ExecutionOf<R>;
      if (await sawEvents(api, id, signal)) continue;
      // The events have ended, and the execution has not: somebody redrives it just now.
      const pauseMs = attempts.pauseMs();
      if (pauseMs === undefined) throw new ProtocolError("the events have ended, but not the execution");
      await pause(pauseMs, signal);
    }
  });
}

/** Follows the events to come up to their end. Says whether there were any. */
async function sawEvents(api: Api, id: string, signal: AbortSignal): Promise<boolean> {
  // Waiting need not read a long history.
  const newest = await api.getHistory(id, { limit: 1, reverse: true }, { signal });
  let saw = false;
  for await (const _ of api.followEvents(id, { after: newest.items[0]?.id ?? 0 }, { signal })) saw = true;
  return saw;
}
