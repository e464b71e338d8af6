/** A small server on a socket, for what the real one does not do: break lines, be slow, answer nonsense. */

import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** A request as it came. */
export interface Asked {
  /** Method and path, such as `GET /v1/functions`. */
  line: string;
  headers: Record<string, string>;
  body: string;
}

/** What one request is answered with: text that is sent as it is, before the line is closed, or work on the line. */
export type Step = string | ((socket: Socket, asked: Asked) => void | Promise<void>);

/** Answers each request by the next step; the last one is used for all that follow. */
export class Fake {
  readonly asked: Asked[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #used = new Set<Socket>();

  private constructor(private readonly steps: Step[]) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => undefined);
      // A line that the client has closed needs no answer.
      this.#serve(socket).catch(() => undefined);
    });
  }

  static async start(...steps: Step[]): Promise<Fake> {
    const fake = new Fake(steps);
    fake.#server.listen(0, "127.0.0.1");
    await once(fake.#server, "listening");
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** When every line on which something was asked is closed. `fetch` has others, in advance. */
  async closed(): Promise<void> {
    for (const socket of this.#used) {
      if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
    }
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #serve(socket: Socket): Promise<void> {
    const asked = await read(socket);
    if (asked === undefined) return;
    const step = this.steps[Math.min(this.asked.length, this.steps.length - 1)]!;
    this.asked.push(asked);
    this.#used.add(socket);
    socket.resume(); // Else nobody would notice that the client closes the line.
    if (typeof step === "string") socket.end(step);
    else await step(socket, asked);
  }
}

/** An answer of JSON. */
export function answer(status: number, body: unknown, headers: Record<string, string> = {}): string {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const lines = Object.entries({ "content-type": "application/json", ...headers, connection: "close" });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `HTTP/1.1 ${status} X\r\n${head}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

/** A problem. */
export function problem(status: number, code: string, headers: Record<string, string> = {}): string {
  const body = { status, code, title: `it is ${code}`, requestId: "r" };
  return answer(status, body, { "content-type": "application/problem+json", ...headers });
}

/** The head of a stream of events, and what is sent of it before the line is closed. */
export function events(...parts: string[]): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n${parts.join("")}`;
}

/** An event of an execution. */
export function event(id: number): string {
  const data = { id, previousEventId: 0, timestamp: "2026-03-14T01:59:00Z", type: "X", details: {} };
  return `id: ${id}\nevent: X\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The last event of a stream. */
export const END = 'event: end\ndata: {"lastEventId": 0}\n\n';

/** Closes the line without a word. */
export function hangUp(socket: Socket): void {
  socket.destroy();
}

/** Never answers. */
export function sayNothing(): void {}

function headerOf(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

async function read(socket: Socket): Promise<Asked | undefined> {
  const chunks: Buffer[] = [];
  let wanted = 0;
  let length = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length < wanted) continue;
    const bytes = Buffer.concat(chunks);
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) continue;
    const [line = "", ...rest] = bytes.subarray(0, end).toString().split("\r\n");
    const headers = Object.fromEntries(rest.map(headerOf));
    wanted = end + 4 + Number(headers["content-length"] ?? 0);
    if (length < wanted) continue;
    return { line: line.replace(/ HTTP.*/, ""), headers, body: bytes.subarray(end + 4).toString() };
  }
  return undefined;
}
