/** Small functions in WebAssembly, put together by hand: reactors with `steploom_alloc` and `steploom_handle`. */

const I32 = 0x7f;
const I64 = 0x7e;

/** Answers its event. */
export const echo = reactor(packed());

/** Answers its event as an error: `{"errorType", "errorMessage"}` is what it fails with. */
export const fail = reactor(packed(0x42, 0x80, 0x80, 0x80, 0x80, 0x08, 0x84)); // | 1 << 31

/** Never answers. */
export const loop = reactor([0x03, 0x40, 0x0c, 0x00, 0x0b, 0x00]);

/** `ptr << 32 | len` of the event, and what more is done with it. */
function packed(...more: number[]): number[] {
  return [0x20, 0x00, 0xad, 0x42, 0x20, 0x86, 0x20, 0x01, 0xad, 0x84, ...more];
}

/** A module whose `steploom_handle(ptr, len)` is this code. Its memory is never given back: it serves one call. */
function reactor(handle: number[]): Uint8Array<ArrayBuffer> {
  const alloc = [0x23, 0x00, 0x23, 0x00, 0x20, 0x00, 0x6a, 0x24, 0x00]; // the next place, moved on by len
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [
      [0x60, 1, I32, 1, I32],
      [0x60, 2, I32, I32, 1, I64],
    ]),
    ...section(3, [[0], [1]]),
    ...section(5, [[0x00, 1]]),
    ...section(6, [[I32, 1, 0x41, 0x80, 0x08, 0x0b]]),
    ...section(7, [exported("memory", 2, 0), exported("steploom_alloc", 0, 0), exported("steploom_handle", 0, 1)]),
    ...section(10, [sized([0, ...alloc, 0x0b]), sized([0, ...handle, 0x0b])]),
  ]);
}

/** Every part has less than 128 bytes, so that a length is one byte. */
function section(id: number, parts: number[][]): number[] {
  return [id, ...sized([parts.length, ...parts.flat()])];
}

function sized(bytes: number[]): number[] {
  return [bytes.length, ...bytes];
}

function exported(name: string, kind: number, index: number): number[] {
  return [...sized([...new TextEncoder().encode(name)]), kind, index];
}
