// The same tests for every release of KEDA whose client is built; the others are skipped with a reason.

import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { KEDA_RELEASES, type KedaRelease } from "../controlplane/built-programs.ts";
import { findClients, KedaProcess } from "./keda-process.ts";

/** The release of KEDA that a test is for, and its client, running. */
export type Client = { readonly release: KedaRelease; readonly keda: KedaProcess };

const clients = findClients();
const missing = KEDA_RELEASES.filter((release) => !clients.has(release)).map(notBuilt);
if (process.env["CI"] === "true" && missing.length > 0) throw new Error(missing.join("\n"));

/** Declares `tests` for each release; what they are given gives the client while a test runs. */
export function describeEachRelease(title: string, tests: (client: () => Client) => void): void {
  describe.each(KEDA_RELEASES)(`KEDA %s ${title}`, (release) => {
    let keda: KedaProcess | null = null;

    beforeAll(() => {
      const path = clients.get(release);
      if (path !== undefined) keda = new KedaProcess(path);
    });

    beforeEach((context) => {
      if (keda === null) context.skip(notBuilt(release));
    });

    afterAll(async () => {
      await keda?.close();
    });

    tests(() => {
      if (keda === null) throw new Error(notBuilt(release));
      return { release, keda };
    });
  });
}

function notBuilt(release: KedaRelease): string {
  return `test/e2e/keda: the client of KEDA ${release} is not built; .ci/build-controlplane builds it`;
}
