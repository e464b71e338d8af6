// The slug of a title.

import { latinOf } from "./latin";

/**
 * ASCII letters in lower case and digits, with the separator where there was something else. It has at most `length`
 * characters: words that do not fit are left out, and the first one is cut if it alone is too long.
 */
export function slugOf(title: string, separator: string, length: i32): string {
  let slug = "";
  let word = "";
  for (let i = 0; i <= title.length; i++) {
    const latin = i < title.length ? latinOf(title.charCodeAt(i)) : " ";
    if (latin != " ") {
      word += latin;
      if (word.length <= length) continue;
      return slug.length ? slug : word.substring(0, length);
    }
    if (word.length == 0) continue;
    const longer = slug.length ? slug + separator + word : word;
    if (longer.length > length) return slug.length ? slug : word.substring(0, length);
    slug = longer;
    word = "";
  }
  return slug;
}
