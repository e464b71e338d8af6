// A probe: does what the event says, be it good or bad, for the tables in ../.

import { callBack } from "./calls.mjs";
import { FunctionError, log } from "./steploom.mjs";

export function handler(event, context) {
  switch (event?.do) {
    case "echo":
      return { value: event.value ?? null };
    case "fail":
      throw new FunctionError(event.error, event.message);
    case "panic":
      throw new FunctionError("Panic", "as the event says");
    case "exit":
      return process.exit(3);
    case "loop":
      for (;;);
    case "bomb":
      return bomb();
    case "deep":
      return deep(0);
    case "context":
      return {
        function: context.functionName,
        version: Number(context.functionVersion),
        retry: context.retry,
        execution: context.execution ?? null,
        state: context.state ?? null,
      };
    case "log":
      log.debug("one");
      log.info("two", { n: 2 });
      log.warn("three");
      log.error("four");
      return {};
  }
  return callBack(event);
}

/** Takes memory until it is refused. */
function bomb() {
  const taken = [];
  for (;;) taken.push(new Uint8Array(1 << 20).fill(1));
}

/** Never returns. */
function deep(level) {
  return deep(level + 1) + level;
}
