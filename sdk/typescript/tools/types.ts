/** Schemas become types: `wire.ts`. */

import { type Document, type Operation, type Parameter, queryOf, routesOf, type Schema } from "./document.js";
import { FIELDS } from "./hints.js";
import { comment, head } from "./text.js";

/** The text of `wire.ts`. */
export function types(document: Document): string {
  const answered = reached(document, (operation) =>
    Object.values(operation.responses).flatMap((r) => schemasIn(r.content)),
  );
  const schemas = Object.entries(document.components.schemas).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = schemas.map(([name, schema]) => declared(name, schema, answered.has(name)));
  const queries = routesOf(document).map(({ operation }) => query(operation));
  const body = [...parts, ...queries].filter((part) => part !== "").join("\n");
  return `${head("What goes over the wire. Instants are texts as in `2026-07-01T00:00:00Z`.")}
import type { Json } from "../json.js";

${body}`;
}

/** A schema as a type. `any` is what stands for any JSON. */
export function typeOf(schema: Schema, any: "Json" | "unknown" = "Json", name = ""): string {
  if (schema.$ref !== undefined) return schema.$ref.replace("#/components/schemas/", "");
  const choice = schema.oneOf ?? schema.anyOf;
  if (choice !== undefined) return union(choice.map((one) => typeOf(one, any, name)));
  if (schema.allOf !== undefined) return schema.allOf.map((one) => paren(typeOf(one, any, name))).join(" & ");
  if (schema.enum !== undefined) return union(schema.enum.map((value) => JSON.stringify(value)));
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type }, any, name)));
  switch (schema.type) {
    case "string":
      return schema.format === "binary" ? "Uint8Array" : "string";
    case "integer":
    case "number":
      return "number";
    case "boolean":
    case "null":
      return schema.type;
    case "array":
      return `${paren(typeOf(schema.items ?? {}, any, name))}[]`;
    default:
      return objectOf(schema, any, name);
  }
}

/** Whether a query holds what the header `If-None-Match` says. */
export function isCreateOnly(parameter: Parameter): boolean {
  return parameter.in === "header" && parameter.name.toLowerCase() === "if-none-match";
}

/** The parameters that a method takes as one object. */
export function queryParameters(operation: Operation): Parameter[] {
  return (operation.parameters ?? []).filter((parameter) => parameter.in === "query" || isCreateOnly(parameter));
}

function declared(name: string, schema: Schema, isAnswered: boolean): string {
  const any = isAnswered ? "Json" : "unknown";
  const says = comment(schema.description, "");
  if (schema.properties !== undefined && schema.allOf === undefined && schema.oneOf === undefined) {
    return `${says}export interface ${name} {\n${fields(schema, any, name, "  ")}}\n`;
  }
  const bases = (schema.allOf ?? []).flatMap((one) => one.$ref ?? []);
  const own = (schema.allOf ?? []).filter((one) => one.properties !== undefined);
  if (bases.length > 0 && own.length === 1 && bases.length + 1 === schema.allOf?.length) {
    const names = bases.map((base) => typeOf({ $ref: base })).join(", ");
    return `${says}export interface ${name} extends ${names} {\n${fields(own[0]!, any, name, "  ")}}\n`;
  }
  const values = schema.oneOf?.every((one) => one.enum?.length === 1) ? described(schema.oneOf) : undefined;
  return `${says}export type ${name} =${values ?? ` ${typeOf({ ...schema, description: "" }, any, name)}`};\n`;
}

/** Values with what each means. */
function described(values: Schema[]): string {
  return values.map((one) => `\n${comment(one.description, "  ")}  | ${JSON.stringify(one.enum?.[0])}`).join("");
}

function fields(schema: Schema, any: "Json" | "unknown", name: string, depth: string): string {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {})
    .map(([field, inner]) => {
      const type = FIELDS[`${name}.${field}`] ?? typeOf(inner, any, name);
      const isRequired = required.has(field);
      // What may be left out is left out: it is never sent as null.
      const given = isRequired ? type : type.replace(/ \| null$|^null \| /, "");
      return `${comment(wordsOf(inner), depth)}${depth}${field}${isRequired ? "" : "?"}: ${given};\n`;
    })
    .join("");
}

function query(operation: Operation): string {
  const parameters = queryParameters(operation);
  if (parameters.length === 0) return "";
  const lines = parameters.map((parameter) => {
    const isFlag = isCreateOnly(parameter);
    const says = comment(isFlag ? parameter.description?.replace("`*`: fail", "Fail") : parameter.description, "  ");
    const name = isFlag ? "createOnly" : parameter.name;
    const type = isFlag ? "boolean" : typeOf(parameter.schema).replace(/ \| null$|^null \| /, "");
    return `${says}  ${name}${parameter.required ? "" : "?"}: ${type};\n`;
  });
  return `/** What narrows or changes \`${operation.operationId}\`. */\nexport interface ${queryOf(operation)} {\n${lines.join("")}}\n`;
}

function objectOf(schema: Schema, any: "Json" | "unknown", name: string): string {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined)
    return `{ ${fields(withoutWords(schema), any, name, "").trim().replaceAll("\n", " ").replace(/;$/, "")} }`;
  if (typeof additionalProperties === "object") return `{ [name: string]: ${typeOf(additionalProperties, any, name)} }`;
  return any;
}

/** What is said of a field; of one that may be null, beside its type. */
function wordsOf(schema: Schema): string | undefined {
  return schema.description ?? schema.oneOf?.find((one) => one.description !== undefined)?.description;
}

/** A comment has no place inside of a line. */
function withoutWords(schema: Schema): Schema {
  const entries = Object.entries(schema.properties ?? {});
  return {
    ...schema,
    properties: Object.fromEntries(entries.map(([field, inner]) => [field, { ...inner, description: "" }])),
  };
}

function union(types: string[]): string {
  const unique = [...new Set(types)];
  const sorted = unique.filter((type) => type !== "null").concat(unique.includes("null") ? ["null"] : []);
  return sorted.join(" | ");
}

function paren(type: string): string {
  return / [|&] /.test(type) ? `(${type})` : type;
}

function schemasIn(content: Record<string, { schema?: Schema }> = {}): Schema[] {
  return Object.values(content).flatMap(({ schema }) => schema ?? []);
}

/** The names of the schemas that operations reach through some of theirs. */
function reached(document: Document, some: (operation: Operation) => Schema[]): Set<string> {
  const names = new Set<string>();
  const visit = (schema: Schema | undefined | boolean): void => {
    if (typeof schema !== "object") return;
    const name = schema.$ref?.replace("#/components/schemas/", "");
    if (name !== undefined && !names.has(name)) {
      names.add(name);
      visit(document.components.schemas[name]);
    }
    const inner = [
      ...(schema.oneOf ?? []),
      ...(schema.anyOf ?? []),
      ...(schema.allOf ?? []),
      ...Object.values(schema.properties ?? {}),
    ];
    for (const one of [...inner, schema.items, schema.additionalProperties]) visit(one);
  };
  for (const { operation } of routesOf(document)) some(operation).forEach(visit);
  return names;
}
