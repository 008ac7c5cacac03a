// `tidemark render`: the manifests of policies, as YAML on standard output or a file each.

import { mkdir, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";

import type { Configuration } from "../domain/configuration.ts";
import { formatIssue } from "../domain/issue.ts";
import type { Policy } from "../domain/policy.ts";
import type { LoadedPolicy } from "../domain/policy-set.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { manifestText } from "../manifests/manifest-text.ts";
import { homeRights, targetRights } from "../manifests/rights.ts";
import { kedaManifests, type TriggerSettings } from "../manifests/scaled-object.ts";
import { loadPolicies } from "../policy/load-policies.ts";
import { badInput, environmentFailed, reasonOf } from "./command-error.ts";
import { readsWorkloads, WRITERS_LEASE } from "./compose-kubernetes.ts";
import { readDocuments } from "./document-files.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";
import { readConfiguration } from "./read-configuration.ts";

export type RenderOptions = {
  readonly config?: string | undefined;
  readonly scaler?: string | undefined;
  readonly tls?: string | undefined;
  readonly push?: boolean | undefined;
  readonly withoutKeda?: boolean | undefined;
  readonly out?: string | undefined;
};

/** The Service of deploy/service. */
export const DEFAULT_SCALER = "tidemark.tidemark:6000";
/** The ServiceAccount of deploy/service, and its namespace where the configuration names none. */
const ACCOUNT = { namespace: "tidemark", name: "tidemark" };
const RIGHTS_FILE = "tidemark-autoscaler.yaml";

const ADDRESS = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?):([0-9]{1,5})$/;
const OBJECT_NAME = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** A file of manifests; `source` is the policy's own file, or null. */
type Rendered = {
  readonly name: string;
  readonly source: string | null;
  readonly manifests: readonly Manifest[];
};

/** Prints or writes the manifests and returns 0. Nothing is written unless all policies are valid. */
export async function runRender(
  paths: readonly string[],
  options: RenderOptions,
  output: Output,
): Promise<ExitCode> {
  const settings = triggerSettings(options);
  const configuration =
    options.config === undefined ? null : (await readConfiguration(options.config)).configuration;
  const policies = await readPoliciesAt(paths, configuration);
  const isForKeda = options.withoutKeda !== true;
  if (isForKeda) agreeOnTls(configuration, settings);
  const rendered = isForKeda
    ? policies.map(fileOf((policy) => kedaManifests(policy, settings)))
    : rightsFiles(policies, configuration);
  if (options.out === undefined) output.stdout(manifestText(rendered.flatMap(({ manifests }) => manifests)));
  else await writeFiles(options.out, rendered, output);
  return EXIT.yes;
}

function triggerSettings({ scaler = DEFAULT_SCALER, tls, push }: RenderOptions): TriggerSettings {
  const port = Number(ADDRESS.exec(scaler)?.[3] ?? 0);
  if (port < 1 || port > 65535)
    throw badInput(`--scaler is ${scaler}, must be host:port, as ${DEFAULT_SCALER}`);
  if (tls !== undefined && !OBJECT_NAME.test(tls))
    throw badInput(`--tls is ${JSON.stringify(tls)}, must be the name of a Secret`);
  return { scalerAddress: scaler, push: push === true, tlsSecret: tls ?? null };
}

/** A trigger without certificates never reaches a server that asks for them, nor the other way round. */
function agreeOnTls(configuration: Configuration | null, { tlsSecret }: TriggerSettings): void {
  if (configuration === null) return;
  const isServed = configuration.grpc.tls !== null;
  if (isServed && tlsSecret === null)
    throw badInput("the configuration has grpc.tls; name the Secret with KEDA's certificates by --tls");
  if (!isServed && tlsSecret !== null)
    throw badInput("--tls is given, but the configuration has no grpc.tls: KEDA would reach nobody");
}

async function readPoliciesAt(
  paths: readonly string[],
  configuration: Configuration | null,
): Promise<readonly LoadedPolicy[]> {
  const { policies, rejected } = loadPolicies(await readDocuments(paths), configuration);
  if (rejected.length > 0)
    throw badInput(rejected.flatMap(({ issues }) => issues.map(formatIssue)).join("\n"));
  if (policies.length === 0) throw badInput(`no policy in ${paths.join(", ")}`);
  return policies;
}

function fileOf(manifestsOf: (policy: Policy) => readonly Manifest[]): (loaded: LoadedPolicy) => Rendered {
  return ({ file, policy }) => ({ name: basename(file), source: file, manifests: manifestsOf(policy) });
}

/** Without a configuration: replicas from kube-state-metrics, and nothing kept in the cluster but the Lease. */
function rightsFiles(
  policies: readonly LoadedPolicy[],
  configuration: Configuration | null,
): readonly Rendered[] {
  const { namespace, leaderElection } = configuration?.kubernetes ?? {
    namespace: null,
    leaderElection: null,
  };
  const account = { ...ACCOUNT, ...(namespace === null ? {} : { namespace }) };
  const home = homeRights({
    account,
    lease: leaderElection?.lease ?? WRITERS_LEASE,
    configMap: configuration?.state.configMap ?? null,
  });
  const reads = configuration !== null && readsWorkloads(configuration);
  const target = fileOf((policy) => targetRights(policy, { account, readsWorkloads: reads }));
  return [{ name: RIGHTS_FILE, source: null, manifests: home }, ...policies.map(target)];
}

async function writeFiles(directory: string, rendered: readonly Rendered[], output: Output): Promise<void> {
  refuseClashes(directory, rendered);
  await written(directory, mkdir(directory, { recursive: true }));
  for (const { name, manifests } of rendered) {
    const path = join(directory, name);
    await written(path, writeFile(path, manifestText(manifests)));
    const objects = manifests.map(
      ({ object: { kind, metadata } }) => `${kind} ${metadata.namespace}/${metadata.name}`,
    );
    output.stdout(`${path}: ${objects.join(", ")}\n`);
  }
}

/** No two files of one name, and never over a policy that was just read. */
function refuseClashes(directory: string, rendered: readonly Rendered[]): void {
  const sources = new Set(rendered.flatMap(({ source }) => (source === null ? [] : [resolve(source)])));
  const names = new Set<string>();
  for (const { name } of rendered) {
    if (names.has(name)) throw badInput(`two files would be written to ${join(directory, name)}; rename one`);
    names.add(name);
    if (sources.has(resolve(directory, name)))
      throw badInput(`${join(directory, name)} is a policy; give another folder by --out`);
  }
}

async function written(path: string, work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    throw environmentFailed(`cannot write ${path}: ${reasonOf(error)}`, error);
  });
}
