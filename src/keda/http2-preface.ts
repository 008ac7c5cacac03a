// Whether a connection speaks HTTP/2: seen from its first bytes, before a session is made for it.

import type { Socket } from "node:net";

/** What every HTTP/2 connection begins with (RFC 9113, 3.4). */
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** Calls `seen` once with whether `socket` begins as HTTP/2 does; the bytes stay on it. Never, if too few come. */
export function awaitPreface(socket: Socket, seen: (isHttp2: boolean) => void): void {
  let head: Buffer = Buffer.alloc(0);
  const look = (): void => {
    for (let chunk = read(socket); chunk !== null; chunk = read(socket)) head = Buffer.concat([head, chunk]);
    const compared = Math.min(head.length, PREFACE.length);
    const fits = head.subarray(0, compared).equals(PREFACE.subarray(0, compared));
    if (fits && compared < PREFACE.length) return;
    socket.off("readable", look);
    if (fits) socket.unshift(head);
    seen(fits);
  };
  socket.on("readable", look);
}

function read(socket: Socket): Buffer | null {
  const chunk: unknown = socket.read();
  return Buffer.isBuffer(chunk) ? chunk : null;
}
