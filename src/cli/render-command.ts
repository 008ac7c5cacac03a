// `tidemark render` on the command line.

import { type Command, Option } from "commander";

import type { ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";
import { DEFAULT_SCALER, type RenderOptions, runRender } from "./render.ts";

type Choose = (action: () => Promise<ExitCode>) => void;

/** Adds the command that writes manifests to `program`. */
export function addRender(program: Command, output: Output, choose: Choose): void {
  program
    .command("render")
    .description("write the manifests that let KEDA scale by policies, or the rights of autoscale")
    .argument("<policy...>", "policies, or folders of *.yaml and *.yml")
    .option("--config <file>", "the configuration that the policies are to run under")
    .option("--scaler <address>", `Tidemark as KEDA reaches it, host:port; ${DEFAULT_SCALER} by default`)
    .option("--tls <name>", "mTLS by this Secret in the targets' namespaces: ca.crt, tls.crt, tls.key")
    .option("--push", "KEDA is told at once when a target at zero is needed")
    .addOption(
      new Option("--without-keda", "the rights that autoscale needs instead").conflicts([
        "scaler",
        "tls",
        "push",
      ]),
    )
    .option("--out <dir>", "write a file for each policy here")
    .action((paths: string[], options: RenderOptions) => choose(() => runRender(paths, options, output)));
}
