/**
 * Deploys a machine, starts an execution, shows its events as they happen, and waits for its end.
 *
 *     npm run build && node build/examples/order.js
 *
 * It asks the Steploom at `STEPLOOM_ENDPOINT`, else at `http://127.0.0.1:8080`.
 */

import { Client } from "steploom";

const client = new Client();

await client.deployMachine("typescript-order", {
  Comment: "Waits a little, and says what an order costs.",
  StartAt: "Wait",
  States: {
    Wait: { Type: "Wait", Seconds: 1, Next: "Price" },
    Price: {
      Type: "Pass",
      Parameters: { "item.$": "$.item", "price.$": "States.MathAdd($.price, 5)" },
      End: true,
    },
  },
});

const { id } = await client.start("typescript-order", { item: "book", price: 20 });
for await (const event of client.follow(id)) {
  console.log(`${event.timestamp}  ${String(event.id).padStart(3)}  ${event.type}`);
}

const ended = await client.wait<{ item: string; price: number }>(id, { timeoutMs: 60_000 });
console.log(`${ended.status}: ${ended.output?.item} costs ${ended.output?.price}`);
