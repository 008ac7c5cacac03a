// A server on loopback whose metrics page a test scripts.

import http from "node:http";

import { onTestFinished } from "vitest";

export type FakeTriton = {
  readonly url: string;
  /** Requests that came in. */
  readonly requests: () => number;
  /** Connections that were opened. */
  readonly connections: () => number;
  /** What answers from now on. */
  answer(handler: http.RequestListener): void;
};

/** Returns a running server that answers with one success counter until told otherwise; closed after the test. */
export async function fakeTriton(): Promise<FakeTriton> {
  let handler: http.RequestListener = page(() => 'nv_inference_request_success{model="m",version="1"} 1\n');
  let requests = 0;
  let connections = 0;
  const server = http.createServer((request, response) => {
    requests++;
    handler(request, response);
  });
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/metrics`,
    requests: () => requests,
    connections: () => connections,
    answer(next) {
      handler = next;
    },
  };
}

/** Returns a handler that answers 200 with a text. */
export function page(text: () => string): http.RequestListener {
  return (_, response) => response.end(text());
}
