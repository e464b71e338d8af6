/** The form of an upload (RFC 7578). */

/** What a body may be that is sent as it is; all of it can be sent again. */
export type Content = string | Blob | ArrayBuffer | Uint8Array;

/** A module and its settings, which are JSON. It holds bytes in memory, so it can be sent again. */
export function formOf(module: Uint8Array, settings: string): FormData {
  const form = new FormData();
  form.append("settings", new Blob([settings], { type: "application/json" }));
  form.append("module", new Blob([module as BlobPart], { type: "application/wasm" }));
  return form;
}
