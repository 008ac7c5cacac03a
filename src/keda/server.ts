// The gRPC server: KEDA's service, health, and reflection on request; started once, and drained so that nobody is cut off.

import {
  experimental,
  logVerbosity,
  Server,
  ServerCredentials,
  type ServerOptions,
  setLogVerbosity,
} from "@grpc/grpc-js";
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
import { CONNECTION_LIMITS, type ConnectionLimits } from "./connection-limits.ts";
import { Deadlines } from "./deadlines.ts";
import { denyingAll } from "./denial.ts";
import { externalScaler } from "./external-scaler.ts";
import { FairShares, SHARE_LIMITS, type ShareLimits } from "./fair-shares.ts";
import { keepingBytes } from "./kept-bytes.ts";
import { Listener } from "./listener.ts";
import { OpenStreams } from "./open-streams.ts";
import { loadExternalScalerProto, SERVICE_NAME } from "./proto.ts";
import { RationedLog } from "./rationed-log.ts";
import { RefusalLog } from "./refusal-log.ts";
import { systemTimers, type Timers } from "./timers.ts";
import type { ServerTls } from "./tls-door.ts";
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
  readonly connectionLimits?: Partial<ConnectionLimits>;
  readonly shareLimits?: Partial<ShareLimits>;
  /** Null or absent: plain connections. */
  readonly tls?: ServerTls | null;
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
  const shares = sharesOf({ ...options, timers });
  const guard = callGuard({ deadline: options.deadline, deadlines, streams, shares, timers, telemetry });
  const server = new Server({ ...transportOptions(options.maxMessageBytes, limits), interceptors: [guard] });
  const health = addServices(server, { ...options, timers }, limits);
  const listener = listenerOf(server, { ...options, timers, shares });
  const port = await listener.listen(options.address).catch((error: unknown) => {
    throw new Error(`cannot listen on ${options.address} for gRPC: ${String(error)}`, { cause: error });
  });
  return {
    port,
    setServing: (serving) => {
      setHealth(health, serving);
    },
    drain: (timeout) => {
      setHealth(health, false);
      streams.endAll();
      listener.close();
      return shutDown({ server, deadlines, listener }, timeout);
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

function sharesOf(options: ScalerServerOptions & { readonly timers: Timers }): FairShares {
  const log = new RationedLog(options.logger, options.timers);
  return new FairShares({
    limits: { ...SHARE_LIMITS, ...options.shareLimits },
    timers: options.timers,
    slowed: (address) => log.warn({ address }, "a connection asks far more than the others and is slowed"),
  });
}

/** The library is given connections that are through, and never sees the others. */
function listenerOf(
  server: Server,
  options: ScalerServerOptions & { readonly timers: Timers; readonly shares: FairShares },
): Listener {
  const plain = ServerCredentials.createInsecure();
  const allowed = server.createConnectionInjector(plain);
  const denied = server.createConnectionInjector(
    experimental.createServerCredentialsWithInterceptors(plain, [denyingAll()]),
  );
  const limits: ConnectionLimits = { ...CONNECTION_LIMITS, ...options.connectionLimits };
  return new Listener({
    ...options,
    limits,
    tls: options.tls ?? null,
    take: (socket, isAllowed) => (isAllowed ? allowed : denied).injectConnection(socket),
  });
}

type Shutting = {
  readonly server: Server;
  readonly deadlines: Deadlines;
  readonly listener: Listener;
};

/** Calls that are left when time is over get a status; then every socket goes, also of clients that read nothing. */
function shutDown({ server, deadlines, listener }: Shutting, timeout: Millis): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => {
      deadlines.expireAll();
      server.forceShutdown();
      setImmediate(() => {
        listener.destroyAll();
        resolve();
      });
    }, timeout);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}
