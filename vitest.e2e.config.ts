// The tests that start real components: `npm run test:e2e`. One file after another, since they measure time.

import { defineConfig } from "vitest/config";
import { PlainReporter } from "./test/support/plain-reporter.ts";

export default defineConfig({
  test: {
    include: ["test/e2e/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 300_000,
    reporters: ["verbose", new PlainReporter({ countsFile: process.env["TIDEMARK_TEST_COUNTS"] })],
  },
});
