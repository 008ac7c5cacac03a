// Other forms of mistakes in pods and workloads, and close ones that are none.

import { deployment, type Variant } from "./variant.ts";

const patch = (container: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: triton }
spec:
  template:
    spec:
      containers:
        - name: triton
${container}`;

const READY = "          readinessProbe: { httpGet: { path: /v2/health/ready, port: 8000 } }\n";
const LIVE =
  "          livenessProbe: { httpGet: { path: /v2/health/live, port: 8000 }, failureThreshold: 60 }\n";

/** Forms in pods and workloads. */
export const POD_VARIANTS: readonly Variant[] = [
  {
    code: "TM009",
    name: "the whole server's readiness, where it tells of the process alone",
    texts: { "d.yaml": deployment(`          args: [--strict-readiness=false]\n${READY}${LIVE}`) },
    places: [],
  },
  {
    code: "TM009",
    name: "no probe at all",
    texts: { "d.yaml": deployment("") },
    places: ["d.yaml:10:11 TM009"],
  },
  {
    code: "TM009",
    name: "a probe by a command",
    texts: {
      "d.yaml": deployment(
        "          readinessProbe: { exec: { command: [curl, -f, localhost:8000/v2/health/ready] } }\n",
      ),
    },
    places: ["d.yaml:12:57 TM009"],
  },
  {
    code: "TM009",
    name: "probes that a patch brings",
    texts: {
      "d.yaml": deployment(""),
      "patch.yaml": patch(
        "          readinessProbe: { httpGet: { path: /v2/models/a/ready, port: 8000 } }\n",
      ),
    },
    places: [],
  },
  {
    code: "TM009",
    name: "a container that is not Triton",
    texts: { "d.yaml": deployment("").replace("nvcr.io/nvidia/tritonserver:26.01-py3", "nginx:1.27") },
    places: [],
  },
  {
    code: "TM012",
    name: "a required affinity",
    texts: {
      "p.yaml": `containers: []
affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms: [ { matchExpressions: [ { key: gpu, operator: Exists } ] } ]
`,
    },
    places: ["p.yaml:5:57 TM012"],
  },
  {
    code: "TM012",
    name: "a cloud's own label",
    texts: { "p.yaml": "containers: []\nnodeSelector: { cloud.google.com/gke-accelerator: nvidia-l4 }\n" },
    places: [],
  },
  {
    code: "TM013",
    name: "replicas that no autoscaler of these files sets",
    texts: { "d.yaml": `${deployment("")}`.replace("spec:\n", "spec:\n  replicas: 3\n") },
    places: [],
  },
  {
    code: "TM013",
    name: "an HPA of another kind",
    texts: {
      "d.yaml": deployment("").replace("spec:\n", "spec:\n  replicas: 3\n"),
      "h.yaml":
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec: { scaleTargetRef: { kind: StatefulSet, name: triton } }\n",
    },
    places: [],
  },
  {
    code: "TM013",
    name: "a policy of Tidemark",
    texts: {
      "d.yaml": deployment("").replace("spec:\n", "spec:\n  replicas: 3\n"),
      "p.yaml":
        "apiVersion: tidemark.dev/v1alpha1\nkind: ScalingPolicy\nspec: { target: { kind: Deployment, namespace: a, name: triton } }\n",
    },
    places: ["d.yaml:5:13 TM013"],
  },
  {
    code: "TM014",
    name: "a writable mount of a claim over the repository, and none beside it",
    texts: {
      "d.yaml": deployment(
        `          args: [--model-repository=/models/live]
          volumeMounts:
            - { name: models, mountPath: /models }
            - { name: cache, mountPath: /cache }
`,
        `      volumes:
        - { name: models, persistentVolumeClaim: { claimName: models } }
        - { name: cache, persistentVolumeClaim: { claimName: cache } }
`,
      ),
    },
    places: ["d.yaml:14:15 TM014"],
  },
  {
    code: "TM014",
    name: "an image that a Kustomization names",
    texts: {
      "d.yaml": deployment("").replace("nvcr.io/nvidia/tritonserver:26.01-py3", "tritonserver"),
      "k.yaml":
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages: [ { name: tritonserver, newTag: 26.01-py3 } ]\n",
    },
    places: [],
  },
  {
    code: "TM014",
    name: "an image that a component of kustomizations names",
    texts: {
      "d.yaml": deployment("").replace("nvcr.io/nvidia/tritonserver:26.01-py3", "tritonserver"),
      "k.yaml":
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages: [ { name: tritonserver, newTag: 26.01-py3 } ]\n",
    },
    places: [],
  },
  {
    code: "TM014",
    name: "a claim of something else",
    texts: {
      "c.yaml":
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: home }\nspec: { accessModes: [ ReadWriteMany ] }\n",
    },
    places: [],
  },
  {
    code: "TM015",
    name: "a Pod",
    texts: { "p.yaml": "apiVersion: v1\nkind: Pod\nspec: { containers: [ { args: [tritonserver] } ] }\n" },
    places: [],
  },
  {
    code: "TM037",
    name: "a longer exit timeout from a patch",
    texts: {
      "d.yaml": deployment(
        "          lifecycle: { preStop: { sleep: { seconds: 10 } } }\n",
        "      terminationGracePeriodSeconds: 60\n",
      ),
      "patch.yaml": patch("          args: [tritonserver, --exit-timeout-secs=60]\n"),
    },
    places: ["d.yaml:13:38 TM037"],
  },
  {
    code: "TM037",
    name: "the default grace period",
    texts: {
      "d.yaml": deployment("          lifecycle: { preStop: { exec: { command: [ sleep, '5' ] } } }\n"),
    },
    places: ["d.yaml:8:5 TM037"],
  },
  {
    code: "TM040",
    name: "a word that begins alike",
    texts: {
      "c.yaml":
        "args: [tritonserver]\nreadinessProbe: { exec: { command: [ curl, localhost:8000/v2/models/inference/ready ] } }\n",
    },
    places: [],
  },
];
