// Other forms of mistakes in objects of Kubernetes, among them those that take several files to see.

import type { Variant } from "./variant-cases.ts";

/** A Deployment of Triton; `container` are further lines of its container, `pod` of its pod. */
const deployment = (container: string, pod = ""): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: triton }
spec:
  selector: { matchLabels: { app: triton } }
  template:
    metadata: { labels: { app: triton } }
    spec:
      containers:
        - name: triton
          image: nvcr.io/nvidia/tritonserver:26.01-py3
${container}${pod}`;

const patch = (container: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: triton }
spec:
  template:
    spec:
      containers:
        - name: triton
${container}`;

const service = (spec: string, labels = ""): string =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: triton${labels} }\nspec: { ${spec} }\n`;
const monitor = (kind: string, spec: string): string =>
  `apiVersion: monitoring.coreos.com/v1\nkind: ${kind}\nmetadata: { name: triton }\nspec: { ${spec} }\n`;
const READY = "          readinessProbe: { httpGet: { path: /v2/health/ready, port: 8000 } }\n";
const LIVE =
  "          livenessProbe: { httpGet: { path: /v2/health/live, port: 8000 }, failureThreshold: 60 }\n";
const pool = (requirements: string): string => `apiVersion: karpenter.sh/v1
kind: NodePool
spec:
  template:
    spec:
      nodeClassRef: { group: karpenter.k8s.aws, kind: EC2NodeClass, name: gpu }
      requirements: [ ${requirements} ]
`;

/** Forms in manifests. */
export const MANIFEST_VARIANTS: readonly Variant[] = [
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
    code: "TM010",
    name: "a port of another name",
    texts: {
      "s.yaml": service("ports: [ { name: http, port: 8000 } ]", ", labels: { app: triton }"),
      "m.yaml": monitor(
        "ServiceMonitor",
        "selector: { matchLabels: { app: triton } }, endpoints: [ { port: metrics } ]",
      ),
    },
    places: ["m.yaml:4:74 TM010"],
  },
  {
    code: "TM010",
    name: "Services of other namespaces only",
    texts: {
      "s.yaml": service("selector: { app: triton }").replace("name: triton", "name: triton, namespace: a"),
      "m.yaml": monitor("ServiceMonitor", "selector: { matchLabels: { app: triton } }").replace(
        "name: triton",
        "name: triton, namespace: b",
      ),
    },
    places: [],
  },
  {
    code: "TM010",
    name: "another program's monitor, whose Service is not here",
    texts: {
      "s.yaml": service("ports: [ { name: metrics, port: 8002 } ]"),
      "m.yaml": monitor(
        "ServiceMonitor",
        "selector: { matchLabels: { app: dcgm } }, endpoints: [ { port: metrics } ]",
      ).replace("triton", "dcgm"),
    },
    places: [],
  },
  {
    code: "TM010",
    name: "pods with other labels",
    texts: {
      "d.yaml": deployment(""),
      "m.yaml": monitor("PodMonitor", "selector: { matchLabels: { app: triton-server } }"),
    },
    places: ["m.yaml:4:34 TM010"],
  },
  {
    code: "TM011",
    name: "a window of too few scrapes",
    texts: {
      "m.yaml": monitor("PodMonitor", "podMetricsEndpoints: [ { interval: 15s } ]"),
      "rules.yaml":
        "groups:\n  - rules:\n      - expr: rate(nv_inference_count[30s])\n      - expr: rate(nv_inference_count[1m])\n",
    },
    places: ["rules.yaml:3:39 TM011"],
  },
  {
    code: "TM011",
    name: "another program's monitor",
    texts: {
      "m.yaml": monitor("PodMonitor", "podMetricsEndpoints: [ { interval: 1m } ]").replace("triton", "nginx"),
    },
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
    code: "TM016",
    name: "connections that servers end",
    texts: {
      "s.yaml": service("selector: { app: triton }, ports: [ { name: grpc, port: 8001 } ]"),
      "d.yaml": deployment("          args: [--grpc-max-connection-age=300000]\n"),
    },
    places: [],
  },
  {
    code: "TM016",
    name: "a port by its number; HTTP alone is fine",
    texts: {
      "a.yaml": service("selector: { app: triton }, ports: [ { port: 8001 } ]"),
      "b.yaml": service("selector: { app: triton }, ports: [ { name: http, port: 8000 } ]"),
    },
    places: ["a.yaml:4:1 TM016"],
  },
  {
    code: "TM017",
    name: "commands that get what is only posted, and those that post it",
    texts: {
      "c.yaml": `args: [tritonserver]
lifecycle:
  postStart:
    exec: { command: [ sh, -c, "curl -s http://localhost:8000/v2/repository/index; curl -X POST localhost:8000/v2/repository/index" ] }
`,
    },
    places: ["c.yaml:4:41 TM017"],
  },
  {
    code: "TM017",
    name: "a route of a gateway",
    texts: {
      "r.yaml":
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nspec: { rules: [ { matches: [ { path: { value: /v2/models } } ] } ] }\n",
    },
    places: [],
  },
  {
    code: "TM031",
    name: "in a ConfigMap, and an HPA of a version that is gone",
    texts: {
      "m.yaml": `apiVersion: v1
kind: ConfigMap
data:
  config.yaml: |
    rules:
      - seriesQuery: nv_inference_count
---
apiVersion: autoscaling/v2beta2
kind: HorizontalPodAutoscaler
`,
    },
    places: ["m.yaml:5:5 TM031", "m.yaml:8:13 TM031"],
  },
  {
    code: "TM032",
    name: "a list that is none, and an autoscaler without the expander",
    texts: {
      "c.yaml":
        "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: cluster-autoscaler-priority-expander }\ndata: { priorities: '10: gpu' }\n",
      "a.yaml":
        "apiVersion: v1\nkind: Pod\nspec: { containers: [ { image: cluster-autoscaler:1, args: [ --expander=least-waste ] } ] }\n",
    },
    places: ["c.yaml:3:19 TM032", "c.yaml:4:21 TM032"],
  },
  {
    code: "TM033",
    name: "fields of the old version; another cloud's NodePool",
    texts: {
      "p.yaml": `${pool("")}  disruption:
    consolidationPolicy: WhenUnderutilized
    expireAfter: 720h
`,
      "g.yaml": "apiVersion: container.cnrm.cloud.google.com/v1beta1\nkind: NodePool\nspec: {}\n",
    },
    places: ["p.yaml:9:26 TM033", "p.yaml:10:5 TM033"],
  },
  {
    code: "TM035",
    name: "a GPU of another size, and one that no type has",
    texts: {
      "a.yaml": pool(
        "{ key: node.kubernetes.io/instance-type, operator: In, values: [ p4d.24xlarge ] }, { key: nvidia.com/gpu.product, operator: In, values: [ NVIDIA-A100-SXM4-80GB ] }",
      ),
      "b.yaml": pool(
        "{ key: karpenter.k8s.aws/instance-family, operator: In, values: [ g6e ] }, { key: karpenter.k8s.aws/instance-gpu-name, operator: In, values: [ l40s, a100 ] }",
      ),
    },
    places: ["a.yaml:7:88 TM035", "b.yaml:7:172 TM035"],
  },
  {
    code: "TM036",
    name: "a selector for other labels",
    texts: {
      "d.yaml":
        "apiVersion: apps/v1\nkind: DaemonSet\nspec: { selector: { matchLabels: { app: a } }, template: { metadata: { labels: { app: b } } } }\n",
    },
    places: ["d.yaml:3:19 TM036"],
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
