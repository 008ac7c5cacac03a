// Tests against real components (a real Triton among them), one file at a time: `npm run test:e2e`.

import { defineConfig } from "vitest/config";
import { PlainReporter } from "./test/support/plain-reporter.ts";

export default defineConfig({
  test: {
    include: ["test/e2e/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 20_000,
    reporters: ["verbose", new PlainReporter({ countsFile: process.env["TIDEMARK_TEST_COUNTS"] })],
  },
});
