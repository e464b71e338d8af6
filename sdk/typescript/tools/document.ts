/** The part of an OpenAPI document (version 3.1) that the generator reads. */

/** A schema: a reference, a type, or a choice of schemas. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  enum?: (string | number | null)[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  format?: string;
}

/** A parameter of a path, query or header. */
export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  description?: string;
  required?: boolean;
  schema: Schema;
}

/** What a request or an answer carries, by content type. */
export type Content = Record<string, { schema?: Schema }>;

/** One operation. */
export interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { content: Content; required?: boolean };
  responses: Record<string, { content?: Content; $ref?: string }>;
}

/** The document. */
export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** An operation with where it is. */
export interface Route {
  path: string;
  method: string;
  operation: Operation;
}

/** All operations, in the order of their paths. */
export function routesOf(document: Document): Route[] {
  const routes = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  return routes.sort((a, b) => order(a.path, b.path) || order(a.method, b.method));
}

/** `start_execution` as a method: `startExecution`. */
export function methodOf(operation: Operation): string {
  return operation.operationId.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The name of the interface that holds an operation's query. */
export function queryOf(operation: Operation): string {
  const method = methodOf(operation);
  return `${method[0]!.toUpperCase()}${method.slice(1)}Query`;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
