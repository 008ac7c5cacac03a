// What balancers see, and what they do with it.

import type { PlaneServer } from "../triton/plane-server.ts";

/** A server as balancers see it. */
export type Candidate = Pick<PlaneServer, "id" | "outstanding" | "nextEventAt" | "advance">;

/** Returns one of the servers, which are in order of their ids and at least one; `now` is the time of the choice. */
export interface ServerChoice {
  choose<Server extends Candidate>(servers: readonly Server[], now: number): Server | undefined;
}
