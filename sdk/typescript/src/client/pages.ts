/** Lists that come in pages. */

/** A page: its items, and what to pass as `next` for the one after; nothing on the last. */
export interface Page<T> {
  items: T[];
  next?: string | null;
}

/**
 * All items of a list, from one page after the other. A page is asked for when its first item is:
 *
 *     for await (const machine of items((page) => client.api.listMachines(page))) ...
 *
 * `query` narrows the list; its `limit` is how many items a page has, 1 to 1,000.
 */
export async function* items<T, Q extends object = object>(
  list: (query: Q & { next?: string }) => Promise<Page<T>>,
  query?: Q,
): AsyncGenerator<T, undefined> {
  let next: string | undefined;
  do {
    const page = await list({ ...(query as Q), ...(next === undefined ? {} : { next }) });
    yield* page.items;
    next = page.next ?? undefined;
  } while (next !== undefined);
}
