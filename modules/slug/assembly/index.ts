// slug makes of a title what can stand in a URL: {"text": "Größe & Maß"} becomes {"slug": "groesse-mass"}.

import { Answer, Context, Fields, handle, member, text } from "../../../sdk/assemblyscript/function/steploom";
import { slugOf } from "./slug";
export { steploom_alloc, steploom_handle } from "../../../sdk/assemblyscript/function/steploom"; // for the host

const LENGTH_DEFAULT: i32 = 80;
const LENGTH_MAX: i32 = 1000;

handle((_call: Context, event: string): Answer => {
  const title = text(member(event, "text"));
  if (title === null) return Answer.error("MissingText", 'the event needs a "text", which is a string');
  const separator = separatorOf(event);
  if (separator === null) return Answer.error("InvalidSeparator", '"separator" is "-", "_" or "."');
  const length = lengthOf(event);
  if (length < 1) return Answer.error("InvalidLength", `"length", of the longest slug, is 1 to ${LENGTH_MAX}`);
  const slug = slugOf(title, separator, length);
  if (slug.length == 0) {
    return Answer.error("NothingLeft", "there is no letter or digit in it that is known: choose a slug by hand");
  }
  return Answer.result(new Fields().set("slug", slug).toString());
});

function separatorOf(event: string): string | null {
  const json = member(event, "separator");
  if (json === null) return "-";
  const separator = text(json);
  return separator == "-" || separator == "_" || separator == "." ? separator : null;
}

/** 0 if it is no number that is allowed. */
function lengthOf(event: string): i32 {
  const json = member(event, "length");
  if (json === null) return LENGTH_DEFAULT;
  let length = 0;
  for (let i = 0; i < json.length; i++) {
    const digit = json.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9 || length > LENGTH_MAX) return 0;
    length = length * 10 + digit;
  }
  return length <= LENGTH_MAX ? length : 0;
}
