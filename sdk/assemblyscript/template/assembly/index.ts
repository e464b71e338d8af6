// {{name}} greets: {"name": "Ada"} becomes {"greeting": "Hello, Ada!"}.

import { Answer, Context, Fields, handle, info, member, text } from "./steploom";
export { steploom_alloc, steploom_handle } from "./steploom"; // for the host

handle((call: Context, event: string): Answer => {
  const name = text(member(event, "name"));
  if (name === null || name == "") return Answer.error("MissingName", "the event has no name");
  info("greeting", new Fields().set("name", name).set("retry", call.retry));
  return Answer.result(new Fields().set("greeting", `Hello, ${name}!`).toString());
});
