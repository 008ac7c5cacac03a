// Whether bytes of a connection are read, also once HTTP/2 reads it: pausing the socket has no effect then.

import type { Socket } from "node:net";

/** The reading of one connection. Both may be repeated, also after its end. */
export type Reading = {
  /** Reads no more after the bytes that are at hand; who sends has to wait. */
  stop(): void;
  start(): void;
  /** Calls `run` once no answers wait for the peer to read them, be it at once: until then HTTP/2 must not read either. */
  onceWritten(run: () => void): void;
};

/** What Node's own streams call their handle to do; not documented, and the same since Node 0.8. */
type Handle = {
  readStart(): unknown;
  readStop(): unknown;
  readonly writeQueueSize: number;
};

/** How soon a connection is looked at again whose peer does not read. */
const LOOK_AGAIN_MS = 20;

/** Returns the reading of `socket`; where Node has other handles, one that changes nothing. */
export function readingOf(socket: Socket): Reading {
  return {
    stop: () => void handleOf(socket)?.readStop(),
    start: () => void handleOf(socket)?.readStart(),
    onceWritten: (run) => runOnceWritten(socket, run),
  };
}

function runOnceWritten(socket: Socket, run: () => void): void {
  if ((handleOf(socket)?.writeQueueSize ?? 0) === 0) run();
  else setTimeout(() => runOnceWritten(socket, run), LOOK_AGAIN_MS).unref();
}

/** Asked for each time: a socket that has closed has none. */
function handleOf(socket: Socket): Handle | null {
  const handle: unknown = Reflect.get(socket, "_handle");
  return isHandle(handle) ? handle : null;
}

function isHandle(value: unknown): value is Handle {
  if (typeof value !== "object" || value === null) return false;
  return "readStart" in value && "readStop" in value && "writeQueueSize" in value;
}
