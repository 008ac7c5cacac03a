// An HTTP proxy on loopback that stands before a server and does to its answers what networks and gateways do.

import http from "node:http";

import { onTestFinished } from "vitest";

export const FAULTS = [
  "none",
  "html502",
  "refused422",
  "partial",
  "empty",
  "cutOff",
  "notJson",
  "redirect",
  "drip",
  "huge",
] as const;
export type Fault = (typeof FAULTS)[number];

export type FaultProxy = {
  readonly url: string;
  /** Requests since the start. */
  requests(): number;
  /** What happens to every request from now on. */
  set(fault: Fault): void;
};

const JSON_TYPE = { "content-type": "application/json" };
const EMPTY = '{"status":"success","data":{"resultType":"matrix","result":[]}}';
const HUGE_BYTES = 200 * 1024 * 1024;
const CHUNK = Buffer.alloc(1024 * 1024, "x");

/** Returns a running proxy before `target`; closed after the test. */
export async function faultProxy(target: string): Promise<FaultProxy> {
  let fault: Fault = "none";
  let requests = 0;
  const server = http.createServer((request, response) => {
    requests += 1;
    request.resume();
    void answer({ fault, target, path: request.url ?? "/", response }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => requests,
    set: (next) => {
      fault = next;
    },
  };
}

type Question = {
  readonly fault: Fault;
  readonly target: string;
  readonly path: string;
  readonly response: http.ServerResponse;
};

async function answer({ fault, target, path, response }: Question): Promise<void> {
  switch (fault) {
    case "html502":
      response.writeHead(502, { "content-type": "text/html" }).end("<html><h1>Bad Gateway</h1></html>");
      return;
    case "refused422":
      response.writeHead(422, JSON_TYPE).end('{"status":"error","errorType":"execution","error":"too many"}');
      return;
    case "empty":
      response.writeHead(200, JSON_TYPE).end(EMPTY);
      return;
    case "notJson":
      response.writeHead(200, { "content-type": "text/html" }).end("<html>sign in</html>");
      return;
    case "redirect":
      response.writeHead(302, { location: `${target}${path}` }).end();
      return;
    case "drip":
      response.writeHead(200, JSON_TYPE).write(EMPTY.slice(0, 20));
      return;
    case "huge":
      response.writeHead(200, JSON_TYPE);
      sendHuge(response, HUGE_BYTES);
      return;
    default: {
      const body = await (await fetch(`${target}${path}`)).text();
      response.writeHead(200, JSON_TYPE).end(spoilt(fault, body));
    }
  }
}

function spoilt(fault: Fault, body: string): string {
  if (fault === "cutOff") return body.slice(0, body.length / 2);
  if (fault === "partial") return body.replace(/}\s*$/, ',"warnings":["a store did not answer"]}');
  return body;
}

function sendHuge(response: http.ServerResponse, left: number): void {
  if (response.destroyed) return;
  if (left <= 0) {
    response.end();
    return;
  }
  response.write(CHUNK, () => sendHuge(response, left - CHUNK.length));
}
