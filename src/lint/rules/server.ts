// Rules on the command line of tritonserver.

import { type Flag, flagsOf, flagValue, type Word } from "../command-line.ts";
import { type Found, wrongWithin } from "../found.ts";
import type { LintInput } from "../input.ts";
import { tritonContainers } from "../pods.ts";
import type { Rule } from "../rule.ts";

/** What a rule says of each Triton's command line. */
function eachServer(
  find: (words: readonly Word[]) => readonly Found[],
): (input: LintInput) => readonly Found[] {
  return ({ pods }) => tritonContainers(pods).flatMap(({ container }) => find(container.words));
}

function wrongFlag({ word }: Flag, message: string): Found {
  return wrongWithin(word.field, word.offset, message);
}

const polling: Rule = {
  code: "TM001",
  title: "model repository that is polled",
  severity: "warning",
  visible: true,
  find: eachServer((words) => {
    const polls = flagsOf(words, "model-control-mode").filter(({ value }) => value === "poll");
    const message =
      "--model-control-mode=poll loads what is half written, and is not meant for production; use none with a path that never changes, or explicit";
    return polls.map((flag) => wrongFlag(flag, message));
  }),
};

const strictModelConfig: Rule = {
  code: "TM007",
  title: "--strict-model-config",
  severity: "warning",
  visible: true,
  find: eachServer((words) =>
    flagsOf(words, "strict-model-config").map((flag) =>
      wrongFlag(
        flag,
        "--strict-model-config is deprecated, and completing configurations is the default; in production say --disable-auto-complete-config, so that a model runs as it is written down",
      ),
    ),
  ),
};

const verboseLog: Rule = {
  code: "TM008",
  title: "verbose log",
  severity: "warning",
  visible: true,
  find: eachServer((words) =>
    flagsOf(words, "log-verbose")
      .filter(({ value }) => value === null || /^(true|[1-9]\d*)$/i.test(value))
      .map((flag) =>
        wrongFlag(flag, "--log-verbose writes lines for every request, with what it asked for; leave it off"),
      ),
  ),
};

/** The two doors of the load and unload API, the flags that close them, and those that remove them. */
const DOORS = [
  { name: "HTTP", restriction: "http-restricted-api", removal: "allow-http" },
  { name: "gRPC", restriction: "grpc-restricted-protocol", removal: "allow-grpc" },
] as const;

const openRepositoryApi: Rule = {
  code: "TM018",
  title: "load and unload API open to everybody",
  severity: "error",
  visible: true,
  find: eachServer((words) => {
    const explicit = flagsOf(words, "model-control-mode").filter(({ value }) => value === "explicit");
    const open = DOORS.filter(({ restriction, removal }) => {
      const closed = flagsOf(words, restriction).some(({ value }) => value?.includes("model-repository"));
      return !closed && flagValue(words, removal) !== "false";
    });
    if (open.length === 0) return [];
    const names = open.map(({ name }) => name).join(" and ");
    const flags = open
      .map(({ restriction }) => `--${restriction}=model-repository:<key>=<value>`)
      .join(" and ");
    const message = `--model-control-mode=explicit lets everybody who reaches Triton's port load models over ${names}, and a model can be code; add ${flags}, and a NetworkPolicy`;
    return explicit.map((flag) => wrongFlag(flag, message));
  }),
};

/** The rules on the server's command line. */
export const SERVER_RULES: readonly Rule[] = [polling, strictModelConfig, verboseLog, openRepositoryApi];
