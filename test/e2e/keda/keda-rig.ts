// A scaler for KEDA's client, each on a port of its own: the client keeps a connection per address, and one whose server
// has ended answers for whoever listens there next.

import { freePort } from "../../support/free-ports.ts";
import { type ScalerRig, startRig } from "../../support/scaler-rig.ts";

/** Returns a scaler as `startRig` does. */
export async function startKedaRig(options: Parameters<typeof startRig>[0] = {}): Promise<ScalerRig> {
  return startRig({ address: `127.0.0.1:${await freePort()}`, ...options });
}
