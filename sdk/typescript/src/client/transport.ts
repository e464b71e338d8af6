/** One call: the request, again where that is safe, and the answer. */

import { userAgent } from "#platform";
import { within } from "./deadline.js";
import { errorOfAnswer, ProtocolError, UnreachableError } from "./errors.js";
import { readJson } from "./json.js";
import { Attempts, isPassing, parseRetryAfter, pause } from "./retry.js";
import { atLeast, type Settings } from "./settings.js";

/** What a caller may say of each call. */
export interface CallOptions {
  /** Gives the call up; it throws the signal's reason. What was asked for may happen nevertheless. */
  signal?: AbortSignal;
  /** Milliseconds that the answer may take, each time it is asked for. */
  timeoutMs?: number;
}

/** Fields of a query; those that are `undefined` are left out. */
export type Query = object;

/** A call that was put together. */
export interface Call {
  method: "GET" | "PUT" | "POST" | "PATCH" | "DELETE";
  /** Begins with a slash; its segments are encoded. */
  path: string;
  query?: Query | undefined;
  headers?: Readonly<Record<string, string>>;
  /** What is sent, and its content type; a form brings its own. */
  body?: { readonly content: BodyInit; readonly type?: string } | undefined;
  /** Whether doing it twice is as good as once. GET and PUT are, if nothing is said. */
  isRepeatable?: boolean;
  /** Milliseconds that the answer may take, where most take less; the caller's wish goes before. */
  timeoutMs?: number;
}

/** An answer of status 2xx. */
export interface Answered {
  status: number;
  headers: Headers;
  body: Uint8Array;
}

/** Sends calls to one Steploom. */
export class Transport {
  constructor(readonly settings: Settings) {}

  /** Sends a call and reads an answer of JSON. */
  async json<T>(call: Call, options: CallOptions = {}): Promise<T> {
    const { body, status } = await this.send(call, options);
    return readJson<T>(body, status);
  }

  /** The same for what is made (201) or was there (200). */
  async made<T>(call: Call, options: CallOptions = {}): Promise<T & { isNew: boolean }> {
    const { body, status } = await this.send(call, options);
    return { ...readJson<T>(body, status), isNew: status === 201 };
  }

  /** The same for an answer that may be none (204). */
  async jsonIfAny<T>(call: Call, options: CallOptions = {}): Promise<T | undefined> {
    const { body, status } = await this.send(call, options);
    return status === 204 ? undefined : readJson<T>(body, status);
  }

  /** Sends a call whose answer says nothing. */
  async done(call: Call, options: CallOptions = {}): Promise<void> {
    await this.send(call, options);
  }

  /** Sends a call and gives the answer's bytes. */
  async bytes(call: Call, options: CallOptions = {}): Promise<Uint8Array> {
    return (await this.send(call, options)).body;
  }

  /** Sends a call and gives the answer's text. */
  async text(call: Call, options: CallOptions = {}): Promise<string> {
    return new TextDecoder().decode(await this.bytes(call, options));
  }

  /** Sends a call, again if need be, and gives an answer of status 2xx. */
  async send(call: Call, options: CallOptions = {}): Promise<Answered> {
    const timeoutMs = atLeast(1, options.timeoutMs ?? call.timeoutMs ?? this.settings.timeoutMs, "timeoutMs");
    const isRepeatable = call.isRepeatable ?? (call.method === "GET" || call.method === "PUT");
    const attempts = new Attempts(this.settings.retry);
    for (;;) {
      try {
        const what = `${call.method} ${call.path}`;
        return await within(timeoutMs, options.signal, what, (signal) => this.attempt(call, signal));
      } catch (error) {
        const isOver = options.signal?.aborted || !isRepeatable || !isPassing(error);
        const pauseMs = isOver ? undefined : attempts.pauseMs(error);
        if (pauseMs === undefined) throw error;
        await pause(pauseMs, options.signal);
      }
    }
  }

  /** One attempt, with all of its answer. */
  private async attempt(call: Call, signal: AbortSignal): Promise<Answered> {
    const response = await this.open(call, signal);
    const { status, headers } = response;
    return { status, headers, body: await this.read(response, signal) };
  }

  /** One attempt up to the head of an answer of status 2xx. */
  async open(call: Call, signal: AbortSignal): Promise<Response> {
    const { endpoint, fetch } = this.settings;
    let response: Response;
    try {
      response = await fetch(endpoint + call.path + written(call.query), {
        method: call.method,
        headers: this.headersOf(call),
        body: call.body?.content ?? null,
        redirect: "manual", // A key is for this endpoint alone.
        signal,
      });
    } catch (error) {
      throw signal.aborted ? signal.reason : new UnreachableError(endpoint, error);
    }
    if (response.ok) return response;
    const retryAfterMs = parseRetryAfter(response.headers.get("retry-after"));
    throw errorOfAnswer(response.status, await this.read(response, signal), retryAfterMs);
  }

  private headersOf(call: Call): Record<string, string> {
    const headers: Record<string, string> = {
      accept: "application/json, */*",
      ...this.settings.headers,
      ...call.headers,
    };
    if (userAgent !== undefined) headers["user-agent"] = userAgent;
    if (call.body?.type !== undefined) headers["content-type"] = call.body.type;
    return headers;
  }

  /** The body, if it is not larger than any that we want. */
  private async read(response: Response, signal: AbortSignal): Promise<Uint8Array> {
    const { answerBytesMax, endpoint } = this.settings;
    const chunks: Uint8Array[] = [];
    let length = 0;
    const reader = response.body?.getReader();
    try {
      for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read()) {
        chunks.push(next.value);
        length += next.value.byteLength;
        if (length > answerBytesMax) break;
      }
    } catch (error) {
      throw signal.aborted ? signal.reason : new UnreachableError(endpoint, error);
    }
    if (length > answerBytesMax) {
      void reader?.cancel().catch(() => undefined);
      throw new ProtocolError(`it has more than ${answerBytesMax} bytes (answerBytesMax)`, response.status);
    }
    return joined(chunks, length);
  }
}

function joined(chunks: Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

function written(query: Query = {}): string {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) fields.set(name, String(value));
  }
  const text = fields.toString();
  return text === "" ? "" : `?${text}`;
}
