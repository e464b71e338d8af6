/** Text of TypeScript: comments and the head of a file. */

/** Characters of a line of a comment. */
const WIDTH = 112;

/** What a generated file begins with. */
export function head(what: string): string {
  return `/**\n * ${what}\n *\n * Generated from the server's OpenAPI document by \`npm run generate\`: do not edit.\n */\n`;
}

/** A comment before something, at this depth; nothing if there is nothing to say. */
export function comment(text: string | undefined, depth: string, last?: string): string {
  const paragraphs = [...(text ?? "").trim().split(/\n\s*\n/), last ?? ""].filter((paragraph) => paragraph !== "");
  const lines = paragraphs.flatMap((paragraph, index) => [
    ...(index > 0 ? [""] : []),
    ...wrap(plain(paragraph), WIDTH - depth.length),
  ]);
  if (lines.length === 0) return "";
  if (lines.length === 1 && lines[0]!.length + depth.length + 7 <= WIDTH + 8) return `${depth}/** ${lines[0]} */\n`;
  const inner = lines.map((line) => `${depth} *${line === "" ? "" : ` ${line}`}\n`);
  return `${depth}/**\n${inner.join("")}${depth} */\n`;
}

/** Links of Rust's documents become plain code; nothing ends the comment. */
function plain(text: string): string {
  return text.replace(/\[(`[^`]+`)\]/g, "$1").replaceAll("*/", "*\u200b/");
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
