// The tests that need nothing but Node: `npm test`. Real components are under test/e2e, see vitest.e2e.config.ts.

import { defineConfig } from "vitest/config";
import { PlainReporter } from "./test/support/plain-reporter.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**", "test/bench/**", "node_modules/**"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
    reporters: [
      process.stdout.isTTY ? "default" : "dot",
      new PlainReporter({ countsFile: process.env["TIDEMARK_TEST_COUNTS"] }),
    ],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/keda/generated/**"],
      reporter: ["text-summary", "html"],
    },
  },
});
