// Greets whoever the event names: {"name": "Ada"} gives {"greeting": "Hello, Ada!"}.

import { FunctionError, log } from "./steploom.mjs";

export function handler(event, context) {
  const name = event?.name;
  if (typeof name !== "string") {
    throw new FunctionError("MissingName", 'the event needs a "name"');
  }
  log.info("greeted", { name });
  return { greeting: `Hello, ${name}!` };
}
