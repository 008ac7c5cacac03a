// What a case of the conformance suite is: it does something to a workload and says what came of it.

import type { Cluster } from "./cluster.ts";
import type { Outcome } from "./outcomes.ts";
import { ScaledWorkload, type WorkloadSettings } from "./scaled-workload.ts";

/** One line of the table, before it is known which release it is of. */
export type CaseOutcome = Omit<Outcome, "release">;

export type ConformanceCase = {
  readonly name: string;
  /** Throws where it comes out otherwise than expected; gives a line of the table for each part of it. */
  readonly run: (cluster: Cluster) => Promise<readonly CaseOutcome[]>;
};

/** Does this with a workload of its own, which is gone afterwards; an error says how it stood with the workload. */
export async function withWorkload<T>(
  cluster: Cluster,
  { namespace, ...settings }: WorkloadSettings & { readonly namespace: string },
  use: (workload: ScaledWorkload) => Promise<T>,
): Promise<T> {
  const workload = await ScaledWorkload.start(cluster, namespace, settings);
  try {
    return await use(workload);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(`${message}\n${await workload.state()}`, { cause: thrown });
  } finally {
    await workload.close();
  }
}
