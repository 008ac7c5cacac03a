// The tests that start real components: `npm run test:e2e`. Most of them wait for what other processes do, and run side by
// side; those that measure times of ours, or build, come after them, alone. The limits only end what hangs: how long a
// process takes to start is the machine's affair.

import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { PlainReporter } from "./test/support/plain-reporter.ts";

/** Files that measure times of ours, and the one that packs, upon which everything is built anew. */
const ALONE = [
  "test/e2e/real-triton/**/*.test.ts",
  "test/e2e/prometheus/outage-calls.test.ts",
  "test/e2e/lifecycle/flood.test.ts",
  "test/e2e/package/**/*.test.ts",
];
/** How many files run side by side: on two cores most of them do nothing but wait. */
const SIDE_BY_SIDE = 3;
/** How many tests of a file that allows it do. */
const CASES_SIDE_BY_SIDE = 8;
/** The longest, which others must not wait for at the end; those that start clusters do not all begin at once. */
const LONGEST = [
  "conformance.test.ts",
  "outages.test.ts",
  "scraped-live.test.ts",
  "kills.test.ts",
  "adapters.test.ts",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}`));
      return found < 0 ? LONGEST.length : found;
    };
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    reporters: ["verbose", new PlainReporter({ countsFile: process.env["TIDEMARK_TEST_COUNTS"] })],
    sequence: { sequencer: LongestFirst },
    testTimeout: 300_000,
    hookTimeout: 900_000,
    projects: [
      {
        extends: true,
        test: {
          name: "side by side",
          include: ["test/e2e/**/*.test.ts"],
          exclude: ALONE,
          maxWorkers: SIDE_BY_SIDE,
          maxConcurrency: CASES_SIDE_BY_SIDE,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "alone", include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
