// Rules on Triton's model configurations.

import { flagValue } from "../command-line.ts";
import { below, type Field, isPresent, numberOf, textOf } from "../field.ts";
import { type Found, wrongKey, wrongValue } from "../found.ts";
import { backendOfPlatform, type ModelConfig, repeated, single, tensorsOf } from "../model-config.ts";
import { tritonContainers } from "../pods.ts";
import type { Rule } from "../rule.ts";

const BACKEND_OF_EXTENSION: ReadonlyMap<string, string> = new Map([
  ["onnx", "onnxruntime"],
  ["pt", "pytorch"],
  ["plan", "tensorrt"],
  ["savedmodel", "tensorflow"],
  ["graphdef", "tensorflow"],
]);
const BACKENDS_WITH_FILE = new Set(BACKEND_OF_EXTENSION.values());

const fileAndBackend: Rule = {
  code: "TM002",
  title: "model file and backend disagree",
  severity: "error",
  visible: true,
  find: ({ models }) =>
    models.flatMap((model) => [...twoBackends(model), ...foreignFile(model), ...otherConfig(model, models)]),
};

function twoBackends({ root, backend }: ModelConfig): readonly Found[] {
  const platform = single(root, "platform");
  const meant = backendOfPlatform(textOf(platform) ?? "");
  const named = textOf(single(root, "backend"));
  if (meant === "" || named === null || meant === named) return [];
  return [
    wrongValue(
      platform,
      `platform is "${textOf(platform)}", which is not what backend "${backend}" runs; keep one`,
    ),
  ];
}

/** Only files whose backend their name tells: a Python backend, for one, brings files of any name. */
function foreignFile({ root, backend, backendField, document }: ModelConfig): readonly Found[] {
  if (!BACKENDS_WITH_FILE.has(backend)) return [];
  const named = textOf(single(root, "default_model_filename"));
  const files = named === null ? document.modelFiles : [named];
  const known = files.filter((file) => BACKEND_OF_EXTENSION.has(extension(file)));
  const [first] = known;
  if (first === undefined || known.some((file) => BACKEND_OF_EXTENSION.get(extension(file)) === backend))
    return [];
  const fitting = BACKEND_OF_EXTENSION.get(extension(first));
  const key = backendField.path.at(-1);
  return [
    wrongValue(
      backendField,
      `${key} is "${textOf(backendField)}", but the model's file is ${first}: it loads with backend "${fitting}"`,
    ),
  ];
}

/** Two configurations of one model in one folder, and no file to tell which of them is right. */
function otherConfig(model: ModelConfig, models: readonly ModelConfig[]): readonly Found[] {
  const { name, backend, backendField, document } = model;
  const isTold = document.modelFiles.length > 0 || isPresent(single(model.root, "default_model_filename"));
  if (name === "" || !BACKENDS_WITH_FILE.has(backend) || isTold) return [];
  const other = models.find(
    (candidate) =>
      candidate.name === name &&
      BACKENDS_WITH_FILE.has(candidate.backend) &&
      candidate.backend !== backend &&
      folderOf(candidate) === folderOf(model) &&
      !folderOf(model).endsWith("configs"),
  );
  if (other === undefined) return [];
  const message = `model "${name}" has backend "${backend}" here and "${other.backend}" in ${other.document.file}: its file fits one of them only`;
  return [wrongValue(backendField, message)];
}

function folderOf({ document }: ModelConfig): string {
  return document.file.slice(0, Math.max(0, document.file.lastIndexOf("/")));
}

function extension(file: string): string {
  return file.slice(file.lastIndexOf(".") + 1);
}

const batchInDims: Rule = {
  code: "TM003",
  title: "batch dimension repeated in dims",
  severity: "warning",
  visible: true,
  find: ({ models }) =>
    models
      .filter(({ maxBatchSize }) => maxBatchSize > 0)
      .flatMap((model) =>
        tensorsOf(model).flatMap(({ role, field }) => {
          const dims = repeated(field, "dims").map(numberOf);
          const [first, ...others] = dims;
          const fixed = others.length > 0 && others.every((dim) => dim !== null && dim > 0);
          if (first !== -1 || !fixed) return [];
          const rest = `[ ${others.join(", ")} ]`;
          const message = `dims of ${role} "${textOf(single(field, "name")) ?? ""}" are [ ${dims.join(", ")} ], and with max_batch_size ${model.maxBatchSize} Triton puts the batch dimension in front: requests must have ${dims.length + 1} dimensions; if the -1 is the batch, write ${rest}`;
          return [wrongValue(below(field, "dims"), message)];
        }),
      ),
};

const outputNames: Rule = {
  code: "TM004",
  title: "PyTorch output without an index in its name",
  severity: "warning",
  visible: true,
  find: ({ models }) =>
    models
      .filter(({ root, backend, document }) => {
        const isPython =
          isPresent(single(root, "runtime")) || document.modelFiles.some((file) => file.endsWith(".py"));
        return backend === "pytorch" && !isPython;
      })
      .flatMap((model) => tensorsOf(model).filter(({ role }) => role === "output"))
      .flatMap(({ field }, index) => {
        const name = single(field, "name");
        const text = textOf(name);
        if (text === null || /__\d+$/.test(text)) return [];
        const message = `output name is "${text}": TorchScript has no names of outputs, so without "NAME__INDEX" they are matched by their order alone; name it "${text}__${index}"`;
        return [wrongValue(name, message)];
      }),
};

const tensorflow: Rule = {
  code: "TM005",
  title: "TensorFlow backend",
  severity: "warning",
  visible: true,
  find: ({ models }) =>
    models
      .filter(({ backend }) => backend === "tensorflow")
      .map(({ backendField }) =>
        wrongValue(
          backendField,
          `${backendField.path.at(-1)} is "${textOf(backendField)}": Triton has had no TensorFlow backend since 25.03; export the model to ONNX or TensorRT`,
        ),
      ),
};

const preferredBatchSize: Rule = {
  code: "TM006",
  title: "preferred batch sizes",
  severity: "warning",
  visible: true,
  find: ({ models }) =>
    models
      .filter(({ backend }) => backend !== "tensorrt")
      .flatMap(({ root }) => {
        const sizes = below(single(root, "dynamic_batching"), "preferred_batch_size");
        if (!isPresent(sizes)) return [];
        const message =
          "preferred_batch_size is for TensorRT models with a profile for each size; a batch is sent as soon as it reaches any of them, so leave it out and set max_queue_delay_microseconds alone";
        return [wrongValue(sizes, message)];
      }),
};

const rateLimiter: Rule = {
  code: "TM019",
  title: "rate limiter that limits nothing",
  severity: "error",
  visible: true,
  find: ({ models, pods }) => {
    const servers = tritonContainers(pods).filter(({ pod }) => pod.owner !== null);
    const isOff =
      servers.length > 0 &&
      servers.every(({ container }) => flagValue(container.words, "rate-limit") !== "execution_count");
    return models.flatMap((model) => [...topLevel(model), ...inGroups(model, isOff)]);
  },
};

function topLevel({ root }: ModelConfig): readonly Found[] {
  const field = below(root, "rate_limiter");
  const message =
    "rate_limiter stands inside instance_group; here it is no field of a model configuration, and the model does not load";
  return isPresent(field) ? [wrongKey(field, message), ...memoryTokens(single(root, "rate_limiter"))] : [];
}

function inGroups({ root }: ModelConfig, isOff: boolean): readonly Found[] {
  return repeated(root, "instance_group").flatMap((group) => {
    const limiter = single(group, "rate_limiter");
    if (!isPresent(limiter)) return [];
    const off = "rate_limiter has no effect: no Triton among these files has --rate-limit=execution_count";
    return [...(isOff ? [wrongKey(limiter, off)] : []), ...memoryTokens(limiter)];
  });
}

function memoryTokens(limiter: Field): readonly Found[] {
  return repeated(limiter, "resources").flatMap((resource) => {
    const name = single(resource, "name");
    const text = textOf(name) ?? "";
    if (!/mem|vram/i.test(text)) return [];
    const message = `resource "${text}": resources are tokens without a unit, nothing measures memory, and there are as many as the largest instance asks for; count executions instead, and set --rate-limit-resource`;
    return [wrongValue(name, message)];
  });
}

/** The rules on model configurations. */
export const MODEL_RULES: readonly Rule[] = [
  fileAndBackend,
  batchInDims,
  outputNames,
  tensorflow,
  preferredBatchSize,
  rateLimiter,
];
