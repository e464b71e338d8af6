// "node:timers".
import { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } from "steploom:timers";

export { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout };
export default { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout };
