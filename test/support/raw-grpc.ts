// gRPC calls by hand over HTTP/2: bytes that no client library would send, or would send at once.

import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from "node:http2";
import { onTestFinished } from "vitest";

const SERVICE_PATH = "/externalscaler.ExternalScaler";

/** One call: its request is sent piece by piece, its status read from the trailers. */
export class RawCall {
  readonly stream: ClientHttp2Stream;
  /** Resolves with the numeric gRPC status and its text, or the HTTP/2 error that ended the stream. */
  readonly ended: Promise<string>;

  constructor(stream: ClientHttp2Stream) {
    this.stream = stream;
    this.ended = new Promise((resolve) => {
      const read = (headers: IncomingHttpHeaders): void => {
        const { "grpc-status": code, "grpc-message": message = "" } = headers;
        if (typeof code === "string") resolve(`${code} ${decodeURI(String([message].flat()[0]))}`);
      };
      stream.on("response", read);
      stream.on("trailers", read);
      stream.on("error", (error) => {
        resolve(error.message);
      });
      stream.on("close", () => {
        resolve("closed without a status");
      });
    });
    stream.resume();
  }
}

/** A connection of its own. */
export class RawConnection {
  readonly #session: ClientHttp2Session;

  constructor(port: number) {
    this.#session = connect(`http://127.0.0.1:${port}`);
    this.#session.on("error", () => undefined);
    onTestFinished(() => {
      this.#session.destroy();
    });
  }

  /** Sends the headers of a call only. */
  begin(method: string, headers: Readonly<Record<string, string>> = {}): RawCall {
    const stream = this.#session.request({
      [constants.HTTP2_HEADER_METHOD]: "POST",
      [constants.HTTP2_HEADER_PATH]: `${SERVICE_PATH}/${method}`,
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    });
    return new RawCall(stream);
  }

  /** Sends a whole call whose message is these bytes. */
  call(method: string, message: Uint8Array): RawCall {
    const call = this.begin(method);
    call.stream.end(frame(message));
    return call;
  }
}

/** Returns a message as gRPC frames it: no compression, four bytes of length, the message. */
export function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
