/** Starting many executions: split into requests, each start with its own answer. */

import { randomName } from "#platform";
import type { Api } from "./generated/api.js";
import { InvalidError, ProtocolError, SteploomError } from "./errors.js";
import { isTaken } from "./invoke.js";
import { writeJson } from "./json.js";
import { Attempts, isPassingStatus, pause } from "./retry.js";
import type { CallOptions, Transport } from "./transport.js";
import { errorOfProblem } from "./errors.js";
import type { StartAnswer, StartBatch, StartError, StartExecution } from "./generated/wire.js";

/** Starts in one request at the most. */
export const BATCH_STARTS_MAX = 5_000;

/** Bytes of one request of many starts at the most. */
export const BATCH_BYTES_MAX = 32 * 1024 * 1024;

/** A request failed for good after others before it had been answered. */
export class BatchError extends SteploomError {
  /** The answers so far. Starts after these may have been accepted, or not: those with names may be sent again. */
  readonly answers: readonly StartAnswer[];

  constructor(answers: readonly StartAnswer[], cause: unknown) {
    super(`only ${answers.length} starts were answered: ${cause instanceof Error ? cause.message : cause}`, { cause });
    this.answers = answers;
  }
}

/** A start, ready to be sent. */
interface Line {
  text: Uint8Array;
  start: StartExecution;
  /** Whether its name is of our making. */
  isOurs: boolean;
}

/** Starts that go into one request; one that cannot be sent is answered already. */
type Part = (Line | StartAnswer)[];

/** Starts executions, and gives the answers in their order. */
export async function startMany(
  transport: Transport,
  api: Api,
  starts: Iterable<StartExecution> | AsyncIterable<StartExecution>,
  options: CallOptions,
): Promise<StartAnswer[]> {
  const answers: StartAnswer[] = [];
  for await (const part of parts(starts)) {
    try {
      answers.push(...(await answersOf(transport, api, part, options)));
    } catch (error) {
      throw answers.length === 0 || options.signal?.aborted ? error : new BatchError(answers, error);
    }
  }
  return answers;
}

/** Cuts starts into requests. */
async function* parts(starts: Iterable<StartExecution> | AsyncIterable<StartExecution>): AsyncGenerator<Part> {
  let part: Part = [];
  let bytes = 0;
  for await (const start of starts) {
    const line = lineOf(start);
    const more = isLine(line) ? line.text.byteLength : 0;
    if (part.length === BATCH_STARTS_MAX || bytes + more > BATCH_BYTES_MAX) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(line);
    bytes += more;
  }
  if (part.length > 0) yield part;
}

function lineOf(start: StartExecution): Line | StartAnswer {
  if (typeof start !== "object" || start === null) {
    return refused(400, "InvalidBody", `a start must be an object, not ${start === null ? "null" : typeof start}`);
  }
  const isOurs = start.name === undefined;
  const named = isOurs ? { ...start, name: randomName() } : start;
  try {
    const text = new TextEncoder().encode(`${writeJson(named, "the start")}\n`);
    if (text.byteLength <= BATCH_BYTES_MAX) return { text, start: named, isOurs };
    return refused(413, "BodyTooLarge", `the start has ${text.byteLength} bytes: a request has ${BATCH_BYTES_MAX}`);
  } catch (error) {
    if (error instanceof InvalidError) return refused(error.status, error.code, error.title);
    throw error;
  }
}

/** Sends a part, and again what the server has no room for yet. */
async function answersOf(transport: Transport, api: Api, part: Part, options: CallOptions): Promise<StartAnswer[]> {
  const answers = part.map((item) => (isLine(item) ? undefined : item));
  const attempts = new Attempts(transport.settings.retry);
  for (;;) {
    const waiting = part.flatMap((item, at) => (isLine(item) && mayBeSent(answers[at]) ? [{ ...item, at }] : []));
    if (waiting.length === 0) break;
    if (answers[waiting[0]!.at] !== undefined) {
      const pauseMs = attempts.pauseMs();
      if (pauseMs === undefined) break;
      await pause(pauseMs, options.signal);
    }
    const items = await send(transport, waiting, options);
    for (const [index, line] of waiting.entries()) {
      answers[line.at] = await settled(api, line, items[index]!, options);
    }
  }
  return answers as StartAnswer[];
}

/** Not sent yet, or refused in passing. */
function mayBeSent(answer: StartAnswer | undefined): boolean {
  return answer === undefined || ("error" in answer && isPassingStatus(answer.error.status));
}

async function send(transport: Transport, lines: Line[], options: CallOptions): Promise<StartAnswer[]> {
  const content = new Blob(lines.map((line) => line.text as BlobPart));
  const body = { content, type: "application/x-ndjson" };
  // All have names.
  const call = { method: "POST", path: "/v1/executions/batch", body, isRepeatable: true } as const;
  const { items } = await transport.json<StartBatch>(call, options);
  if (items?.length !== lines.length) throw new ProtocolError(`${lines.length} starts have ${items?.length} answers`);
  return items;
}

/** An answer as the caller of a start without a name expects it, however often it was sent. */
async function settled(api: Api, line: Line, answer: StartAnswer, options: CallOptions): Promise<StartAnswer> {
  if (!line.isOurs) return answer;
  if (!("error" in answer)) return { ...answer, isNew: true };
  if (!isTaken(errorOf(answer.error))) return answer;
  const execution = await api.getExecutionByName(line.start.machine, line.start.name!, options);
  return { execution, isNew: true };
}

function errorOf({ status, code, message }: StartError): SteploomError {
  return errorOfProblem({ status, code, title: message });
}

function refused(status: number, code: string, message: string): StartAnswer {
  return { error: { status, code, message } };
}

function isLine(item: Line | StartAnswer): item is Line {
  return "text" in item;
}
