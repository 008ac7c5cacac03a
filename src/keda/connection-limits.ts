// The limits on connections before any call is seen; each with its reason.

import { type Millis, seconds } from "../domain/units.ts";

export type ConnectionLimits = {
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
  /** New connections a second from one address, after a burst of `connectionsPerAddressMax`. */
  readonly connectsPerSecondMax: number;
  /** Connections that have not come as far as HTTP/2; beyond it the oldest one goes. */
  readonly openingMax: number;
  /** How long a connection may take from its start to the first bytes of HTTP/2, TLS included. */
  readonly openingTimeMax: Millis;
  /** A silent peer is asked for a sign of life after this; ten questions, a second apart, without one end it. */
  readonly silenceMax: Millis;
};

/**
 * KEDA holds one connection for all its ScaledObjects, and a few more while secrets change, so these bounds are far
 * from any honest use. The total stays below the 1,024 open files of a bare shell, with room for our own. A handshake
 * costs about a millisecond, which bounds what one address can take of it to a tenth of a core. Questions are those of TCP,
 * which a node that vanished does not answer; HTTP/2's own would destroy connections that are being drained.
 */
export const CONNECTION_LIMITS: ConnectionLimits = {
  connectionsMax: 900,
  connectionsPerAddressMax: 250,
  connectsPerSecondMax: 100,
  openingMax: 128,
  openingTimeMax: seconds(5),
  silenceMax: seconds(30),
};
