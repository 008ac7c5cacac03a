// The checkpoint in a ConfigMap: compressed, bounded, and written only over what its writer has read.

import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";

import { failed, ok, type Result } from "../../domain/result.ts";
import type { ScalerState } from "../../domain/state.ts";
import type { LoadedStates, StateStore } from "../../ports/state-store.ts";
import { checkpointText, readCheckpoint } from "../checkpoint-file.ts";
import type { KubernetesApi } from "./api-client.ts";
import { type ApiFailure, failureText } from "./api-failure.ts";
import { textOf } from "./json-fields.ts";

export type ConfigMapStoreOptions = {
  readonly api: KubernetesApi;
  readonly namespace: string;
  readonly name: string;
  /** Whether this process may write; one that does not lead must not. */
  readonly mayWrite: () => boolean;
};

const KEY = "states.json.gz";
/** A ConfigMap may hold 1 MiB in all, its own names included. */
const MOST_BASE64_BYTES = 1_000_000;
const MOST_TEXT_BYTES = 256 * 1024 * 1024;
/** Another writer's change is read before it is written over, and not for ever. */
const ATTEMPTS = 3;

const compress = promisify(gzip);
const expand = promisify(gunzip);

type Held = { readonly version: string; readonly data: string | null };

export class ConfigMapStore implements StateStore {
  readonly #options: ConfigMapStoreOptions;
  readonly #self = randomUUID();
  /** As it was last read or written; null = it is not there, or was never read. */
  #held: Held | null = null;
  #lastSave: Promise<void> = Promise.resolve();

  constructor(options: ConfigMapStoreOptions) {
    this.#options = options;
  }

  async load(): Promise<LoadedStates> {
    const read = await this.#read();
    if (!read.ok) return { states: null, problem: this.#said(failureText(read.failure)) };
    const data = read.value?.data ?? null;
    if (data === null) return { states: null, problem: null };
    try {
      const text = await expand(Buffer.from(data, "base64"), { maxOutputLength: MOST_TEXT_BYTES });
      const { writer, states } = readCheckpoint(text.toString("utf8"));
      return { states, problem: null, isByAnother: writer !== this.#self };
    } catch (error) {
      return { states: null, problem: this.#said(error instanceof Error ? error.message : String(error)) };
    }
  }

  /** Does nothing where this process may not write; rejects where it may and cannot. */
  save(states: ReadonlyMap<string, ScalerState>): Promise<void> {
    const save = this.#lastSave.then(() => this.#save(states));
    this.#lastSave = save.catch(() => {});
    return save;
  }

  async #save(states: ReadonlyMap<string, ScalerState>): Promise<void> {
    if (!this.#options.mayWrite()) return;
    const data = await fitting(states, this.#self);
    if (data === null)
      throw new Error(this.#said(`${states.size} states take more than a ConfigMap can hold`));
    for (let attempt = 1; ; attempt += 1) {
      const written = await this.#write(data);
      if (written.ok) return;
      const isConflict = written.failure.status === 409 || written.failure.status === 404;
      if (!isConflict || attempt >= ATTEMPTS) throw new Error(this.#said(failureText(written.failure)));
      const read = await this.#read();
      if (!read.ok) throw new Error(this.#said(failureText(read.failure)));
      // Whoever wrote meanwhile may be the new leader.
      if (!this.#options.mayWrite()) return;
    }
  }

  async #read(): Promise<Result<Held | null, ApiFailure>> {
    const answer = await this.#options.api.request({ method: "GET", path: this.#path() });
    if (!answer.ok && answer.failure.status !== 404) return answer;
    this.#held = answer.ok ? heldOf(answer.value) : null;
    return ok(this.#held);
  }

  async #write(data: string): Promise<Result<null, ApiFailure>> {
    const { api, namespace, name } = this.#options;
    const held = this.#held;
    const body = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        namespace,
        name,
        labels: { "app.kubernetes.io/managed-by": "tidemark" },
        ...(held === null ? {} : { resourceVersion: held.version }),
      },
      binaryData: { [KEY]: data },
    };
    const answer =
      held === null
        ? await api.request({ method: "POST", path: this.#collection(), body })
        : await api.request({ method: "PUT", path: this.#path(), body });
    if (!answer.ok) return failed(answer.failure);
    this.#held = heldOf(answer.value);
    return ok(null);
  }

  #collection(): string {
    return `/api/v1/namespaces/${this.#options.namespace}/configmaps`;
  }

  #path(): string {
    return `${this.#collection()}/${this.#options.name}`;
  }

  #said(problem: string): string {
    return `checkpoint ConfigMap ${this.#options.namespace}/${this.#options.name}: ${problem}`;
  }
}

/**
 * Returns the states as they are kept, or null where even without their recommendations they are too large. Without
 * recommendations a state is only slower to fall.
 */
async function fitting(states: ReadonlyMap<string, ScalerState>, writer: string): Promise<string | null> {
  const whole = await packed(states, writer);
  if (whole.length <= MOST_BASE64_BYTES) return whole;
  const lean = [...states].map(([key, state]): [string, ScalerState] => [
    key,
    { ...state, recommendations: [], recommendationsSince: null },
  ]);
  const small = await packed(new Map(lean), writer);
  return small.length <= MOST_BASE64_BYTES ? small : null;
}

async function packed(states: ReadonlyMap<string, ScalerState>, writer: string): Promise<string> {
  const compressed = await compress(Buffer.from(checkpointText(states, writer)));
  return compressed.toString("base64");
}

function heldOf(configMap: unknown): Held {
  return {
    version: textOf(configMap, "metadata", "resourceVersion") ?? "",
    data: textOf(configMap, "binaryData", KEY),
  };
}
