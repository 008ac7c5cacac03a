// What holds for every call whatever its method: a deadline, a bound on streams, and one count when it has ended.

import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from "@grpc/grpc-js";
import type { Millis } from "../domain/units.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { Deadlines, Expirable, Span } from "./deadlines.ts";
import type { FairShares } from "./fair-shares.ts";
import type { OpenStream, OpenStreams } from "./open-streams.ts";
import { type Refusal, resourceExhausted } from "./refusal.ts";
import type { Timers } from "./timers.ts";

type Listener = Parameters<ServerInterceptingCallInterface["start"]>[0];
type StatusToSend = Parameters<ServerInterceptingCallInterface["sendStatus"]>[0];
type MetadataToSend = Parameters<ServerInterceptingCallInterface["sendMetadata"]>[0];

export type GuardContext = {
  readonly deadline: Millis;
  readonly deadlines: Deadlines;
  readonly streams: OpenStreams;
  readonly shares: FairShares;
  readonly timers: Timers;
  readonly telemetry: Pick<Telemetry, "grpcRequest">;
};

/** Returns the interceptor that puts a guard around every call of every service. */
export function callGuard(context: GuardContext): ServerInterceptor {
  const names = new Map<string, string>();
  return ({ path, requestStream, responseStream }, call) => {
    const method = names.get(path) ?? nameOf(path, names);
    if (!responseStream) return new GuardedCall(call, context, method);
    const stream = new GuardedStream(call, context, method);
    stream.conversation = requestStream;
    return stream;
  };
}

/**
 * A unary call that ends by the deadline, be it that its request never comes in full. Everything else is passed on
 * as it is, past the general machinery of interceptors, which costs more than our answer does.
 */
class GuardedCall extends ServerInterceptingCall implements Expirable {
  protected readonly call: ServerInterceptingCallInterface;
  protected readonly context: GuardContext;
  readonly #span: Span;

  constructor(call: ServerInterceptingCallInterface, context: GuardContext, method: string) {
    super(call);
    this.call = call;
    this.context = context;
    this.#span = observe(call, context, method);
    context.deadlines.watch(this, this.#span);
  }

  expire(): void {
    const details = `the deadline of ${this.context.deadline} ms is over`;
    this.meetDeadline();
    this.refuse({ code: status.DEADLINE_EXCEEDED, details });
  }

  override start(listener: Listener): void {
    this.call.start(listener);
  }

  override sendMetadata(metadata: MetadataToSend): void {
    this.call.sendMetadata(metadata);
  }

  override sendMessage(message: unknown, callback: () => void): void {
    this.call.sendMessage(message, callback);
  }

  override sendStatus(sent: StatusToSend): void {
    this.call.sendStatus(sent);
  }

  override startRead(): void {
    this.call.startRead();
  }

  /** The deadline no longer applies. */
  protected meetDeadline(): void {
    this.context.deadlines.release(this.#span);
  }

  protected refuse({ code, details }: Refusal): void {
    this.call.sendStatus({ code, details, metadata: null });
  }
}

/** A stream: its request must come by the deadline; then it may stay open until its age or the drain ends it. */
class GuardedStream extends GuardedCall implements OpenStream {
  /** Whether the caller sends several messages (reflection does): the first one then meets the deadline. */
  conversation = false;
  #gone = false;

  override start(listener: Listener): void {
    const { streams } = this.context;
    if (!streams.admit(this)) {
      this.refuse(resourceExhausted("too many open streams"));
      return;
    }
    let hasBegun = false;
    this.call.start({
      onReceiveMetadata: (metadata) => {
        hasBegun = true;
        listener.onReceiveMetadata(metadata);
      },
      onReceiveMessage: (message) => {
        if (this.conversation) this.meetDeadline();
        listener.onReceiveMessage(message);
      },
      onReceiveHalfClose: () => {
        this.meetDeadline();
        // A request that comes in after the end would open a stream that nothing closes.
        if (!this.#gone) listener.onReceiveHalfClose();
      },
      // Also called after a regular end.
      onCancel: () => {
        this.#gone = true;
        this.meetDeadline();
        streams.release(this);
        listener.onCancel();
      },
    });
    // Of a stream that was reset before we got to it, the library says nothing at all, not even its end.
    if (!hasBegun) {
      this.#gone = true;
      this.meetDeadline();
      streams.release(this);
    }
  }

  end(): void {
    this.call.sendStatus({ code: status.OK, details: "", metadata: null });
  }
}

/** Returns the last part of the path of a method that we serve, and keeps it. */
function nameOf(path: string, names: Map<string, string>): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  names.set(path, name);
  return name;
}

/**
 * Counts the end of a call. Every way to end goes through its `sendStatus`, also those by which the library itself
 * refuses one. The function put there must not hold the guard: V8 then keeps calls until a full collection, which
 * doubles what a call costs.
 */
function observe(call: ServerInterceptingCallInterface, context: GuardContext, method: string): Span {
  const { deadlines, shares, timers, telemetry } = context;
  const span: Span = { startedMs: timers.elapsedMs(), slot: -1 };
  shares.note(call.getConnectionInfo(), span.startedMs);
  const { sendStatus } = call;
  let ended = false;
  call.sendStatus = function (this: ServerInterceptingCallInterface, sent: StatusToSend): void {
    if (!ended) {
      ended = true;
      deadlines.release(span);
      const code = status[sent.code ?? status.UNKNOWN] ?? "UNKNOWN";
      telemetry.grpcRequest(method, code, (timers.elapsedMs() - span.startedMs) / 1000);
    }
    sendStatus.call(this, sent);
  };
  return span;
}
