/** Operations become methods: `api.ts`. */

import {
  type Content,
  type Document,
  methodOf,
  type Operation,
  queryOf,
  type Route,
  routesOf,
  type Schema,
} from "./document.js";
import { ANY_BODY, REPEATABLE, STREAMS, TIMEOUT_MS } from "./hints.js";
import { comment, head } from "./text.js";
import { isCreateOnly, queryParameters, typeOf } from "./types.js";

/** The text of `api.ts`. */
export function operations(document: Document): string {
  const methods = routesOf(document)
    .map((route) => method(route, document))
    .join("\n");
  return `${head("One plain method for each operation of the HTTP API.")}
import { type Content, formOf } from "../form.js";
import { type Json, writeJson } from "../json.js";
import { path } from "../path.js";
import { Stream, type StreamOptions } from "../stream.js";
import type { CallOptions, Transport } from "../transport.js";
import type * as wire from "./wire.js";

/** One plain method for each operation. Those that may be repeated are; names are checked by the server. */
export class Api {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

${methods}}

/** Create, or fail if it is there. */
function createOnly(query: { createOnly?: boolean }): Record<string, string> {
  return query.createOnly ? { "if-none-match": "*" } : {};
}
`;
}

/** What a method takes for a body, and how it sends it. */
interface Body {
  parameters: string[];
  sent: string;
}

function method({ path, method, operation }: Route, document: Document): string {
  const says = comment(
    [operation.summary, operation.description].filter(Boolean).join("\n\n"),
    "  ",
    `\`${method} ${path}\``,
  );
  const name = methodOf(operation);
  const stream = STREAMS[operation.operationId];
  const places = [...path.matchAll(/\{(\w+)\}/g)].map(([, place]) => `${place}: ${typeOfPlace(operation, place!)}`);
  const body = bodyOf(operation, document);
  const query = queryParameters(operation).length > 0 ? [`query: wire.${queryOf(operation)} = {}`] : [];
  const options = `options: ${stream ? "StreamOptions" : "CallOptions"} = {}`;
  const parameters = [...places, ...(body?.parameters ?? []), ...query, options];
  const written = path.includes("{") ? `path\`${path.replaceAll("{", "${")}\`` : `"${path}"`;
  if (stream !== undefined) {
    const { item, after } = stream;
    return `${says}${signature(name, parameters, `Stream<wire.${item}>`)} {
    return new Stream(this.#transport, ${written}, ${after ?? "undefined"}, options);
  }\n`;
  }
  const [reader, type] = answerOf(operation);
  const call = callOf(operation, method, written, body);
  return `${says}${signature(`async ${name}`, parameters, `Promise<${type}>`)} {
    const call = ${call} as const;
    return this.#transport.${reader}(call, options);
  }\n`;
}

/** On one line, if that has room. */
function signature(name: string, parameters: string[], type: string): string {
  const line = `  ${name}(${parameters.join(", ")}): ${type}`;
  return line.length <= 118 ? line : `  ${name}(\n${parameters.map((one) => `    ${one},\n`).join("")}  ): ${type}`;
}

function callOf(operation: Operation, method: string, written: string, body: Body | undefined): string {
  const parts = [`method: "${method}"`, `path: ${written}`];
  const parameters = queryParameters(operation);
  const createOnly = parameters.some(isCreateOnly);
  if (createOnly) parts.push("headers: createOnly(query)");
  if (parameters.some((parameter) => parameter.in === "query")) {
    parts.push(createOnly ? "query: { ...query, createOnly: undefined }" : "query");
  }
  if (body !== undefined) parts.push(`body: ${body.sent}`);
  const repeatable = REPEATABLE[operation.operationId];
  if (repeatable !== undefined) parts.push(`isRepeatable: ${repeatable}`);
  // The second time would meet what the first has made.
  else if (createOnly) parts.push("isRepeatable: !query.createOnly");
  const timeout = TIMEOUT_MS[operation.operationId];
  if (timeout !== undefined) parts.push(`timeoutMs: ${timeout}`);
  const line = `{ ${parts.join(", ")} }`;
  return line.length <= 100 ? line : `{\n      ${parts.join(",\n      ")},\n    }`;
}

function typeOfPlace(operation: Operation, place: string): string {
  const parameter = operation.parameters?.find((one) => one.in === "path" && one.name === place);
  return parameter === undefined ? "string" : typeOf(parameter.schema);
}

function bodyOf(operation: Operation, document: Document): Body | undefined {
  const content = operation.requestBody?.content;
  if (content === undefined) return undefined;
  if (content["multipart/form-data"] !== undefined) {
    return {
      parameters: ["module: Uint8Array", "settings: wire.FunctionSettings = {}"],
      sent: '{ content: formOf(module, writeJson(settings, "the settings")) }',
    };
  }
  const schema = content["application/json"]?.schema;
  if (schema === undefined) {
    return {
      parameters: ["content: Content", 'type: string = "application/octet-stream"'],
      sent: "{ content: content as BodyInit, type }",
    };
  }
  const type = ANY_BODY.has(operation.operationId) ? "unknown" : inWire(typeOf(schema, "unknown"));
  const isOptional = type !== "unknown" && mayBeEmpty(schema, document);
  return {
    parameters: [`body: ${type}${isOptional ? " = {}" : ""}`],
    sent: '{ content: writeJson(body, "the body"), type: "application/json" }',
  };
}

/** Whether `{}` is one. */
function mayBeEmpty(schema: Schema, document: Document): boolean {
  const named = document.components.schemas[schema.$ref?.replace("#/components/schemas/", "") ?? ""];
  return named?.properties !== undefined && (named.required ?? []).length === 0;
}

/** What reads the answer, and what it gives. */
function answerOf(operation: Operation): [string, string] {
  const good = Object.entries(operation.responses).filter(([status]) => status.startsWith("2"));
  const content: Content = Object.assign({}, ...good.map(([, answer]) => answer.content ?? {}));
  const [kind] = Object.keys(content);
  if (kind === undefined) return ["done", "void"];
  if (kind.startsWith("text/")) return ["text", "string"];
  if (kind !== "application/json") return ["bytes", "Uint8Array"];
  const type = inWire(typeOf(content[kind]?.schema ?? {}));
  const statuses = good.map(([status]) => status);
  if (statuses.includes("204")) return [`jsonIfAny<${type}>`, `${type} | undefined`];
  if (statuses.includes("201") && statuses.includes("200")) return [`made<${type}>`, `${type} & { isNew: boolean }`];
  return [`json<${type}>`, type];
}

/** Names of schemas stand in `wire`. */
function inWire(type: string): string {
  return type.replace(/\b[A-Z]\w*/g, (name) => (name === "Json" ? name : `wire.${name}`));
}
