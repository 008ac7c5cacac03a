// Other forms of mistakes on Triton's command line and in its model configurations, and close ones that are none.

import type { Texts } from "./linted.ts";
import { config, type Variant } from "./variant.ts";

const args = (...words: readonly string[]): Texts => ({
  "a.yaml": `args: [tritonserver, ${words.join(", ")}]\n`,
});

/** Forms of flags and model configurations. */
export const SERVER_VARIANTS: readonly Variant[] = [
  {
    code: "TM001",
    name: "flag and value apart, in a line for a shell",
    texts: {
      "a.yaml": `command: ["/bin/sh", "-c"]
args:
  - |
    ulimit -c 0; exec tritonserver \\
      --model-repository=/models \\
      --model-control-mode poll
`,
    },
    places: ["a.yaml:6:7 TM001"],
  },
  { code: "TM001", name: "explicit", texts: args("--model-control-mode=explicit"), places: [] },
  {
    code: "TM008",
    name: "lines that are joined",
    texts: { "a.yaml": "args:\n  - |\n    tritonserver \\\n    --log-verbose=1 \\\n    --log-info=1\n" },
    places: ["a.yaml:4:5 TM008"],
  },
  {
    code: "TM001",
    name: "the same flag of another program",
    texts: { "a.yaml": "args: [other, --model-control-mode=poll]\n" },
    places: [],
  },
  {
    code: "TM002",
    name: "backend and platform that contradict each other",
    texts: config('backend: "onnxruntime"\nplatform: "tensorrt_plan"\n'),
    places: ["config.pbtxt:2:11 TM002"],
  },
  {
    code: "TM002",
    name: "backend and platform that agree",
    texts: config('backend: "onnxruntime"\nplatform: "onnxruntime_onnx"\n'),
    places: [],
  },
  {
    code: "TM002",
    name: "one model with two backends in two repositories",
    texts: {
      "gpu/m/config.pbtxt": 'name: "m"\nbackend: "tensorrt"\n',
      "cpu/m/config.pbtxt": 'name: "m"\nbackend: "onnxruntime"\n',
    },
    places: [],
  },
  {
    code: "TM002",
    name: "a Python model of any file",
    texts: config('backend: "python"\ndefault_model_filename: "model.onnx"\n'),
    places: [],
  },
  {
    code: "TM003",
    name: "an output",
    texts: config("max_batch_size: 8\noutput {\n  dims: -1\n  dims: 2\n}\n"),
    places: ["config.pbtxt:3:9 TM003"],
  },
  {
    code: "TM003",
    name: "no batching",
    texts: config("max_batch_size: 0\ninput { dims: [ -1, 128 ] }\n"),
    places: [],
  },
  {
    code: "TM003",
    name: "images of any size",
    texts: config("max_batch_size: 8\ninput { dims: [ -1, -1, 3 ] }\n"),
    places: [],
  },
  {
    code: "TM003",
    name: "a length alone",
    texts: config("max_batch_size: 8\ninput { dims: [ -1 ] }\n"),
    places: [],
  },
  {
    code: "TM004",
    name: "only the outputs without an index",
    texts: config(
      'backend: "pytorch"\ninput { name: "ids" }\noutput [ { name: "a__0" },\n { name: "b" } ]\n',
    ),
    places: ["config.pbtxt:4:10 TM004"],
  },
  {
    code: "TM004",
    name: "ONNX",
    texts: config('backend: "onnxruntime"\noutput { name: "b" }\n'),
    places: [],
  },
  {
    code: "TM005",
    name: "a backend",
    texts: config('\nbackend: "tensorflow"\n'),
    places: ["config.pbtxt:2:10 TM005"],
  },
  {
    code: "TM006",
    name: "TensorRT with profiles",
    texts: config('platform: "tensorrt_plan"\ndynamic_batching { preferred_batch_size: [ 8 ] }\n'),
    places: [],
  },
  { code: "TM007", name: "true", texts: args("--strict-model-config=true"), places: ["a.yaml:1:22 TM007"] },
  { code: "TM008", name: "apart", texts: args("--log-verbose", '"2"'), places: ["a.yaml:1:22 TM008"] },
  { code: "TM008", name: "other logs", texts: args("--log-info=1", "--log-verbose=false"), places: [] },
  {
    code: "TM018",
    name: "HTTP closed, gRPC open",
    texts: args("--model-control-mode=explicit", "--http-restricted-api=model-repository:k=v"),
    places: ["a.yaml:1:22 TM018"],
  },
  {
    code: "TM018",
    name: "HTTP closed, gRPC off",
    texts: args(
      "--model-control-mode=explicit",
      '"--http-restricted-api=health,model-repository:k=v"',
      "--allow-grpc=false",
    ),
    places: [],
  },
  { code: "TM018", name: "no API", texts: args("--model-control-mode=none"), places: [] },
  {
    code: "TM019",
    name: "a limiter where no server has it switched on",
    texts: {
      ...config('instance_group { count: 1\n rate_limiter { resources { name: "slot" count: 1 } } }\n'),
      "d.yaml": `apiVersion: v1
kind: Pod
spec: { containers: [ { args: [tritonserver] } ] }
`,
    },
    places: ["config.pbtxt:2:2 TM019"],
  },
];
