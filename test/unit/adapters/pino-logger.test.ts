// Log lines: one JSON object each, by level, without secrets.

import { expect, test } from "vitest";

import { pinoLogger } from "../../../src/adapters/pino-logger.ts";
import type { LogLevel } from "../../../src/domain/configuration.ts";

function logging(level: LogLevel) {
  const lines: string[] = [];
  const logger = pinoLogger({ level, stream: { write: (line: string) => lines.push(line) } });
  return { logger, parsed: () => lines.map((line) => JSON.parse(line)), lines };
}

test("writes level, time, fields and message, and nothing else", () => {
  const { logger, parsed, lines } = logging("info");
  logger.info({ policy: "ai/embedder", replicas: 4 }, "replicas changed");
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(parsed()).toEqual([
    { level: "info", time, policy: "ai/embedder", replicas: 4, msg: "replicas changed" },
  ]);
  expect(lines[0]?.endsWith("}\n")).toBe(true);
});

test.each([
  { level: "debug" as const, want: ["debug", "info", "warn", "error"] },
  { level: "warn" as const, want: ["warn", "error"] },
  { level: "silent" as const, want: [] },
])("writes at level $level: $want", ({ level, want }) => {
  const { logger, parsed } = logging(level);
  logger.debug({}, "m");
  logger.info({}, "m");
  logger.warn({}, "m");
  logger.error({}, "m");
  expect(parsed().map((line) => line.level)).toEqual(want);
});

test("shows no secret", () => {
  const { logger, lines } = logging("info");
  const secret = "s3cret";
  logger.info(
    { token: secret, request: { headers: { authorization: secret } }, source: { password: secret } },
    "m",
  );
  expect(lines[0]).not.toContain(secret);
  expect(lines[0]).toContain("[redacted]");
});

test("shows an error with its message", () => {
  const { logger, parsed } = logging("info");
  logger.error({ err: new Error("broken") }, "deciding failed");
  expect(parsed()[0].err).toMatchObject({ type: "Error", message: "broken" });
});
