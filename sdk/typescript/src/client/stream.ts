/**
 * A stream of events that comes back when the line breaks.
 *
 * The server ends a stream with an event `end`; a stream that just stops has been cut (a network, a restart),
 * and is taken up again after the last event that was seen.
 */

import { within } from "./deadline.js";
import { errorOfProblem, problemIn, ProtocolError, shown, UnreachableError } from "./errors.js";
import { Attempts, isPassing, pause } from "./retry.js";
import { Parser, type ServerSent } from "./sse.js";
import type { Transport } from "./transport.js";

/** What a caller may say of a stream. */
export interface StreamOptions {
  /** Ends the stream: whoever waits for its next item gets the signal's reason thrown. */
  signal?: AbortSignal;
}

/** A connection that gives events. */
interface Line {
  reader: ReadableStreamDefaultReader<Uint8Array>;
  parser: Parser;
  ready: ServerSent[];
}

/** The reason of a stream that its reader has left. */
const LEFT = Symbol("left");

/**
 * Items as they come: `for await` over it. It ends after the last one, or throws. Leaving the loop closes the
 * connection; whoever does not loop calls `return()`.
 */
export class Stream<T> implements AsyncIterableIterator<T> {
  readonly #transport: Transport;
  readonly #path: string;
  /** The last id that was seen, if items have ids. */
  #after: number | undefined;
  #line: Line | undefined;
  /** Failures since something last came. */
  #attempts: Attempts;
  #hasBegun = false;
  /** Aborted once the stream is over: by its caller's reason, or as it was left. */
  readonly #closing = new AbortController();
  /** Whoever asks for an item waits for those who asked before. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #forget: () => void;

  /** The stream at `path`. With `after` its items have ids, and it begins after that one. */
  constructor(transport: Transport, path: string, after?: number, options: StreamOptions = {}) {
    this.#transport = transport;
    this.#path = path;
    this.#after = after;
    this.#attempts = new Attempts(transport.settings.retry);
    const { signal } = options;
    const aborted = (): void => this.#close(signal?.reason);
    this.#forget = () => signal?.removeEventListener("abort", aborted);
    if (signal?.aborted) aborted();
    else signal?.addEventListener("abort", aborted);
  }

  /** Has the server begin to give it, so that nothing that happens from now on is missed. */
  async begin(): Promise<this> {
    while (this.#line === undefined) {
      try {
        this.#line = await this.#connect();
      } catch (error) {
        await this.#again(error);
      }
    }
    return this;
  }

  /** The next item, when it has come. */
  next(): Promise<IteratorResult<T, undefined>> {
    const item = this.#turn.then(() => this.#next());
    this.#turn = item.catch(() => undefined);
    return item;
  }

  /** Ends it: the connection is closed, also under somebody who waits for the next item. */
  async return(): Promise<IteratorResult<T, undefined>> {
    this.#close(LEFT);
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #next(): Promise<IteratorResult<T, undefined>> {
    const { signal } = this.#closing;
    while (signal.reason !== LEFT) {
      try {
        const event = await this.#event();
        if (event.type === "error") throw errorIn(event);
        if (event.type !== "end") return { done: false, value: this.#item(event) };
        this.#close(LEFT);
      } catch (error) {
        if (signal.reason !== LEFT) await this.#again(error);
      }
    }
    return { done: true, value: undefined };
  }

  #item(event: ServerSent): T {
    let item: T;
    try {
      item = JSON.parse(event.data) as T;
    } catch {
      throw new ProtocolError(`${shown(event.data)} is no JSON`);
    }
    if (this.#after !== undefined) {
      if (!/^\d+$/.test(event.id)) throw new ProtocolError(`${shown(event.id)} is not an event's id`);
      this.#after = Number(event.id);
    }
    return item;
  }

  /** The next event of the line, which is made if there is none. */
  async #event(): Promise<ServerSent> {
    this.#line ??= await this.#connect();
    const { reader, parser, ready } = this.#line;
    for (;;) {
      const event = ready.shift();
      if (event !== undefined) return event;
      const next = await this.#unlessSilent((signal) => before(signal, this.#read(reader)));
      if (next.done) throw this.#broken("it was closed before the end");
      this.#attempts = this.#patience();
      ready.push(...parser.push(next.value));
    }
  }

  async #read(reader: Line["reader"]): Promise<ReadableStreamReadResult<Uint8Array>> {
    try {
      return await reader.read();
    } catch (error) {
      throw this.#broken(error);
    }
  }

  async #connect(): Promise<Line> {
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (this.#after !== undefined) headers["last-event-id"] = String(this.#after);
    const call = { method: "GET", path: this.#path, headers } as const;
    const response = await this.#unlessSilent((signal) => this.#transport.open(call, signal));
    const type = response.headers.get("content-type") ?? "";
    if (response.body === null || !type.startsWith("text/event-stream")) {
      await response.body?.cancel();
      throw new ProtocolError(`${shown(type)} is no stream of events`, response.status);
    }
    if (!this.#hasBegun) this.#attempts = this.#patience();
    this.#hasBegun = true;
    const parser = new Parser(this.#transport.settings.answerBytesMax);
    return { reader: response.body.getReader(), parser, ready: [] };
  }

  /** Gives the line up and pauses, if trying again may help; otherwise it is over. */
  async #again(error: unknown): Promise<void> {
    this.#drop();
    const { signal } = this.#closing;
    const pauseMs = signal.aborted || !isPassing(error) ? undefined : this.#attempts.pauseMs(error);
    if (pauseMs === undefined) {
      this.#close(LEFT);
      throw error;
    }
    await pause(pauseMs, signal).catch(() => undefined);
  }

  /** Once it has begun, a server that is away may be so for as long as calls are tried at all. */
  #patience(): Attempts {
    const { retry } = this.#transport.settings;
    return new Attempts(retry.attemptsMax > 1 ? { ...retry, attemptsMax: Infinity } : retry);
  }

  #unlessSilent<R>(work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const { silenceMsMax } = this.#transport.settings;
    return within(silenceMsMax, this.#closing.signal, `the next event of ${this.#path}`, work);
  }

  #broken(why: unknown): UnreachableError {
    return new UnreachableError(this.#transport.settings.endpoint, why);
  }

  #close(reason: unknown): void {
    this.#closing.abort(reason);
    this.#forget();
    this.#drop();
  }

  #drop(): void {
    const line = this.#line;
    this.#line = undefined;
    void line?.reader.cancel().catch(() => undefined);
  }
}

/** The problem that the server met on the way. */
function errorIn(event: ServerSent): Error {
  const problem = problemIn(event.data);
  return problem ? errorOfProblem(problem) : new ProtocolError(`${shown(event.data)} is no problem`);
}

/** What work gives, unless the signal is aborted before: then its reason is thrown. */
function before<R>(signal: AbortSignal, work: Promise<R>): Promise<R> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason);
    signal.addEventListener("abort", aborted, { once: true });
    work.then(resolve, reject);
    if (signal.aborted) aborted();
  });
}
