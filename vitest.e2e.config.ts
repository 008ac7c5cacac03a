// The tests that start real components: `npm run test:e2e`. One file after another, since they measure time. The limits
// only end what hangs: how long a process takes to start is the machine's affair.

import { defineConfig } from "vitest/config";
import { PlainReporter } from "./test/support/plain-reporter.ts";

export default defineConfig({
  test: {
    include: ["test/e2e/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 900_000,
    reporters: ["verbose", new PlainReporter({ countsFile: process.env["TIDEMARK_TEST_COUNTS"] })],
  },
});
