/** Reading server-sent events: bytes in, events out (the HTML standard, section 9.2.6). */

import { ProtocolError } from "./errors.js";

/** An event that was dispatched. */
export interface ServerSent {
  /** Its type; `message` if it named none. */
  type: string;
  /** The last id that the stream has named, with this event or before; empty if none. */
  id: string;
  /** Its lines of data, joined. */
  data: string;
}

/** What was read so far. Bytes may come in any pieces. */
export class Parser {
  /** Drops a byte order mark at the beginning. */
  readonly #decoder = new TextDecoder();
  /** The line that is not complete yet. */
  #line = "";
  /** Whether the last character was a carriage return, so that a line feed belongs to it. */
  #afterReturn = false;
  #type = "";
  #id = "";
  #data: string[] = [];
  #dataLength = 0;

  /** `lengthMax` is how long an event may be, in characters. */
  constructor(private readonly lengthMax: number) {}

  /** Takes the next bytes and gives the events that they complete. Throws `ProtocolError` for one that is too long. */
  push(bytes: Uint8Array): ServerSent[] {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === "") return [];
    if (this.#afterReturn && text.startsWith("\n")) text = text.slice(1);
    this.#afterReturn = text.endsWith("\r");
    const lines = text.split(/\r\n|\n|\r/);
    lines[0] = this.#line + lines[0];
    this.#line = lines.pop() ?? "";
    const ready: ServerSent[] = [];
    for (const line of lines) this.#endLine(line, ready);
    if (this.#line.length + this.#dataLength > this.lengthMax) {
      throw new ProtocolError(`an event has more than ${this.lengthMax} characters (answerBytesMax)`);
    }
    return ready;
  }

  #endLine(line: string, ready: ServerSent[]): void {
    if (line === "") return this.#dispatch(ready);
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#type = value;
    else if (field === "data") {
      this.#data.push(value);
      this.#dataLength += value.length + 1;
    } else if (field === "id" && !value.includes("\0")) this.#id = value;
    // A comment has an empty field; the server's advice on pauses is ours to ignore.
  }

  #dispatch(ready: ServerSent[]): void {
    if (this.#data.length > 0) {
      ready.push({ type: this.#type || "message", id: this.#id, data: this.#data.join("\n") });
    }
    this.#type = "";
    this.#data = [];
    this.#dataLength = 0;
  }
}
