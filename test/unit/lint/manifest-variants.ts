// Other forms of mistakes in Services, monitors, nodes and adapters, and close ones that are none.

import { deployment, type Variant } from "./variant.ts";

const service = (spec: string, labels = ""): string =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: triton${labels} }\nspec: { ${spec} }\n`;
const monitor = (kind: string, spec: string): string =>
  `apiVersion: monitoring.coreos.com/v1\nkind: ${kind}\nmetadata: { name: triton }\nspec: { ${spec} }\n`;

const pool = (requirements: string): string => `apiVersion: karpenter.sh/v1
kind: NodePool
spec:
  template:
    spec:
      nodeClassRef: { group: karpenter.k8s.aws, kind: EC2NodeClass, name: gpu }
      requirements: [ ${requirements} ]
`;

/** Forms in manifests other than those of pods. */
export const MANIFEST_VARIANTS: readonly Variant[] = [
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
];
