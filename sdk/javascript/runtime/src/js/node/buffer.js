// "node:buffer".
import { Buffer } from "steploom:buffer";

const { atob, btoa } = globalThis;
export { Buffer, atob, btoa };
export default { Buffer, atob, btoa };
