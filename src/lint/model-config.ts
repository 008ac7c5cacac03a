// Triton's model configurations: backend, tensors, batching, instance groups.

import { below, type Field, isPresent, items, numberOf, textOf } from "./field.ts";
import type { LintDocument } from "./read-file.ts";

export type ModelConfig = {
  readonly document: LintDocument;
  readonly root: Field;
  /** Empty where the configuration does not say. */
  readonly name: string;
  /** `onnxruntime`, `pytorch`, … also where only `platform` is given; empty where neither is. */
  readonly backend: string;
  /** The value that says which backend: `backend`, else `platform`. */
  readonly backendField: Field;
  readonly maxBatchSize: number;
};

const BACKEND_OF_PLATFORM: ReadonlyMap<string, string> = new Map([
  ["onnxruntime_onnx", "onnxruntime"],
  ["pytorch_libtorch", "pytorch"],
  ["tensorrt_plan", "tensorrt"],
  ["tensorflow_savedmodel", "tensorflow"],
  ["tensorflow_graphdef", "tensorflow"],
]);

/** Returns the model configurations among the documents. */
export function modelConfigsOf(documents: readonly LintDocument[]): readonly ModelConfig[] {
  return documents
    .filter(({ format }) => format === "pbtxt")
    .map((document) => {
      const { root } = document;
      const platform = single(root, "platform");
      const backend = single(root, "backend");
      const isEnsemble = isPresent(below(root, "ensemble_scheduling"));
      return {
        document,
        root,
        name: textOf(single(root, "name")) ?? "",
        backend: textOf(backend) ?? backendOfPlatform(textOf(platform) ?? (isEnsemble ? "ensemble" : "")),
        backendField: textOf(backend) === null ? platform : backend,
        maxBatchSize: numberOf(single(root, "max_batch_size")) ?? 0,
      };
    });
}

/** Returns the backend that runs a platform; a platform without one of its own is its own name. */
export function backendOfPlatform(platform: string): string {
  return BACKEND_OF_PLATFORM.get(platform) ?? platform;
}

/** Returns the value of a field that stands once; of several the last, as protobuf has it. */
export function single(message: Field, name: string): Field {
  return { ...below(message, name), value: repeated(message, name).at(-1)?.value };
}

/** Returns the values of a field that may stand several times. */
export function repeated(message: Field, name: string): readonly Field[] {
  return items(below(message, name));
}

/** Returns the model's tensors with their role. */
export function tensorsOf(
  config: ModelConfig,
): readonly { readonly role: "input" | "output"; readonly field: Field }[] {
  return (["input", "output"] as const).flatMap((role) =>
    repeated(config.root, role).map((field) => ({ role, field })),
  );
}
