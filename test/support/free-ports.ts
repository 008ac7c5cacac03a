// Ports that nobody listens on and nobody is given meanwhile. They lie below those that the system hands out by itself,
// and each test file that runs beside others has a block of its own: a program that begins to listen seconds later, or
// again after its end, finds its port as it was.

import { createServer } from "node:net";

const FIRST = 20_000;
const BLOCK = 1_000;
const BLOCKS = 12;

let next = 0;

/** Returns `count` ports that were free a moment ago; none of them was given out in this file before. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const block = Number(process.env["VITEST_POOL_ID"] ?? 0) % BLOCKS;
  const ports: number[] = [];
  while (ports.length < count) {
    if (next === BLOCK) throw new Error(`a test file asks for more than ${BLOCK} ports`);
    const port = FIRST + BLOCK * block + next;
    next += 1;
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

/** Returns one such port. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error("there is no free port");
  return port;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
