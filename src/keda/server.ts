// The gRPC server: KEDA's service, health, and reflection on request; started once, and drained so that nobody is cut off.

import { logVerbosity, Server, ServerCredentials, type ServerOptions, setLogVerbosity } from "@grpc/grpc-js";
import { ReflectionService } from "@grpc/reflection";
import { HealthImplementation } from "grpc-health-check";
import type { PublishedAnswers } from "../control/published.ts";
import { type Millis, minutes } from "../domain/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { CallTelemetry } from "../ports/telemetry.ts";
import { ActivationStreams } from "./activation-streams.ts";
import { callGuard } from "./call-guard.ts";
import { CALL_LIMITS, type CallLimits } from "./call-limits.ts";
import { Deadlines } from "./deadlines.ts";
import { externalScaler } from "./external-scaler.ts";
import { keepingBytes } from "./kept-bytes.ts";
import { OpenStreams } from "./open-streams.ts";
import { loadExternalScalerProto, SERVICE_NAME } from "./proto.ts";
import { RefusalLog } from "./refusal-log.ts";
import { systemTimers, type Timers } from "./timers.ts";
import { TokenBucket } from "./token-bucket.ts";

export type ScalerServerOptions = {
  /** `host:port`; port 0 takes a free one. */
  readonly address: string;
  readonly deadline: Millis;
  readonly maxMessageBytes: number;
  readonly reflection: boolean;
  readonly registry: PublishedAnswers;
  /** The clock of the source, by which records are young or old. */
  readonly clock: Clock;
  readonly tickInterval: Millis;
  readonly telemetry: CallTelemetry;
  readonly logger: Logger;
  readonly timers?: Timers;
  readonly limits?: Partial<CallLimits>;
};

export type ScalerServer = {
  /** The port that is listened on. */
  readonly port: number;
  /** Sets the health of the server and of its service. Not serving at first. */
  setServing(serving: boolean): void;
  /**
   * Stops serving: health says so, streams end with OK, clients get GOAWAY and what is in flight may finish. Resolves
   * when all is closed, by force once `timeout` is over.
   */
  drain(timeout: Millis): Promise<void>;
};

/** Listens and serves. Rejects where the address cannot be bound. */
export async function startScalerServer(options: ScalerServerOptions): Promise<ScalerServer> {
  // The library's own lines on stderr are no JSON, and say nothing that we do not report ourselves.
  setLogVerbosity(logVerbosity.NONE);
  const limits: CallLimits = { ...CALL_LIMITS, ...options.limits };
  const { timers = systemTimers, telemetry } = options;
  const streams = new OpenStreams({
    streamsMax: limits.streamsMax,
    ageMax: limits.streamAgeMax,
    timers,
    changed: (open) => {
      telemetry.streams(open);
    },
  });
  const deadlines = new Deadlines(options.deadline, timers);
  const guard = callGuard({ deadline: options.deadline, deadlines, streams, timers, telemetry });
  const server = new Server({ ...transportOptions(options.maxMessageBytes, limits), interceptors: [guard] });
  const health = addServices(server, { ...options, timers }, limits);
  const port = await listen(server, options.address);
  return {
    port,
    setServing: (serving) => {
      setHealth(health, serving);
    },
    drain: (timeout) => {
      setHealth(health, false);
      streams.endAll();
      return shutDown(server, deadlines, timeout);
    },
  };
}

/**
 * No keepalive: with it, grpc-js destroys a connection that is being drained, and the streams on it. The grace after
 * the greatest age is that of a stream, so that all have ended by themselves before.
 */
function transportOptions(maxMessageBytes: number, limits: CallLimits): ServerOptions {
  return {
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
    "grpc.max_concurrent_streams": 2 * limits.streamsMax,
    "grpc.max_connection_age_ms": limits.connectionAgeMax,
    "grpc.max_connection_age_grace_ms": limits.streamAgeMax + minutes(1),
    "grpc-node.max_session_memory": limits.sessionMemoryMebibytesMax,
    "grpc.enable_channelz": 0,
  };
}

function addServices(
  server: Server,
  options: ScalerServerOptions & { readonly timers: Timers },
  { callsPerSecondMax }: CallLimits,
): HealthImplementation {
  const { timers } = options;
  const proto = loadExternalScalerProto();
  const calls = new TokenBucket({ perSecond: callsPerSecondMax, burst: callsPerSecondMax, timers });
  const activations = new ActivationStreams({ ...options, timers });
  const refusals = new RefusalLog({ ...options, timers });
  server.addService(
    keepingBytes(proto.service),
    externalScaler({ ...options, calls, activations, refusals }),
  );
  const health = new HealthImplementation({ "": "NOT_SERVING", [SERVICE_NAME]: "NOT_SERVING" });
  health.addToServer(server);
  if (options.reflection) new ReflectionService(proto.packageDefinition).addToServer(server);
  return health;
}

function setHealth(health: HealthImplementation, serving: boolean): void {
  for (const service of ["", SERVICE_NAME]) health.setStatus(service, serving ? "SERVING" : "NOT_SERVING");
}

function listen(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(new Error(`cannot listen on ${address} for gRPC: ${error.message}`, { cause: error }));
    });
  });
}

/** Calls that are left when time is over get a status; a client that reads nothing may keep its socket till we exit. */
function shutDown(server: Server, deadlines: Deadlines, timeout: Millis): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => {
      deadlines.expireAll();
      server.forceShutdown();
      resolve();
    }, timeout);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}
