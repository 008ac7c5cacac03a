// The architecture's arrows as rules: which folder of src may import which, and which packages it may use.

const SRC = "^src/";
const NPM_KINDS = ["npm", "npm-dev", "npm-optional", "npm-peer", "npm-bundled", "npm-no-pkg", "npm-unknown"];

/** Folder -> the folders of src that it may import besides itself, and the packages and Node modules it may use. */
const FOLDERS = {
  domain: { imports: [], packages: [] },
  decide: { imports: ["domain"], packages: [] },
  observe: { imports: ["domain"], packages: [] },
  policy: { imports: ["domain"], packages: ["yaml", "zod", "node:crypto"] },
  lint: { imports: ["domain", "policy"], packages: ["yaml", "@lezer/common", "@prometheus-io/lezer-promql"] },
  manifests: { imports: ["domain"], packages: ["yaml"] },
  ports: { imports: ["domain"], packages: [] },
  control: { imports: ["domain", "decide", "observe", "ports"], packages: [] },
  keda: {
    imports: ["domain", "ports", "control"],
    packages: ["@grpc/grpc-js", "@grpc/proto-loader", "@grpc/reflection", "grpc-health-check", "node:*"],
  },
  http: { imports: ["domain", "ports", "control"], packages: ["hono", "@hono/node-server", "node:*"] },
  autoscaler: { imports: ["domain", "ports", "control"], packages: [] },
  simulator: { imports: ["domain", "decide", "observe", "ports", "control"], packages: [] },
  tuning: { imports: ["domain", "decide", "observe", "ports", "control", "simulator"], packages: [] },
  report: { imports: ["domain"], packages: [] },
  adapters: { imports: ["domain", "observe", "policy", "ports"], packages: ["*"] },
  cli: { imports: ["*"], packages: ["*"] },
};

/** A folder may import itself and what its row names. */
function arrows([folder, { imports }]) {
  if (imports.includes("*")) return [];
  const allowed = [folder, ...imports].join("|");
  return [
    {
      name: `arrows-of-${folder}`,
      comment: `${folder} may import: ${imports.join(", ") || "nothing"}`,
      severity: "error",
      from: { path: `${SRC}${folder}/` },
      to: { path: SRC, pathNot: `${SRC}(${allowed})/` },
    },
  ];
}

/** A folder may use the packages and Node modules that its row names. */
function packagesOf([folder, { packages }]) {
  if (packages.includes("*")) return [];
  const npm = packages.filter((name) => !name.startsWith("node:"));
  const core = packages.filter((name) => name.startsWith("node:")).map((name) => name.slice("node:".length));
  const from = { path: `${SRC}${folder}/` };
  const npmRule = {
    name: `packages-of-${folder}`,
    comment: `${folder} may use the packages: ${npm.join(", ") || "none"}`,
    severity: "error",
    from,
    to: {
      dependencyTypes: NPM_KINDS,
      ...(npm.length > 0 ? { pathNot: npm.map((name) => `node_modules/${name}/`) } : {}),
    },
  };
  const coreRule = {
    name: `node-modules-of-${folder}`,
    comment: `${folder} may use of Node: ${core.join(", ") || "nothing"}`,
    severity: "error",
    from,
    to: {
      dependencyTypes: ["core"],
      ...(core.length > 0 ? { pathNot: `^(node:)?(${core.join("|")})$` } : {}),
    },
  };
  return core.includes("*") ? [npmRule] : [npmRule, coreRule];
}

module.exports = {
  forbidden: [
    ...Object.entries(FOLDERS).flatMap(arrows),
    ...Object.entries(FOLDERS).flatMap(packagesOf),
    {
      name: "known-folder",
      comment: "every folder of src has a row in the table of arrows",
      severity: "error",
      from: { path: SRC, pathNot: `${SRC}((${Object.keys(FOLDERS).join("|")})/|(main|index)\\.ts$)` },
      to: {},
    },
    {
      name: "main-imports-cli",
      comment: "the executable entry only starts the command line",
      severity: "error",
      from: { path: `${SRC}main\\.ts$` },
      to: { path: SRC, pathNot: `${SRC}(cli|domain)/` },
    },
    {
      name: "library-is-pure",
      comment: "the public library is the pure core: no gRPC, no HTTP, no files",
      severity: "error",
      from: { path: `${SRC}index\\.ts$` },
      to: { path: SRC, pathNot: `${SRC}(domain|decide|observe|policy|ports|control)/` },
    },
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-tests-in-source",
      severity: "error",
      from: { path: SRC },
      to: { path: "^test/" },
    },
    {
      name: "no-development-packages",
      comment: "what ships may use runtime dependencies only",
      severity: "error",
      from: { path: SRC },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown", "undetermined"] },
    },
    {
      name: "resolvable",
      severity: "error",
      from: { path: SRC },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules"] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
      extensions: [".ts", ".js", ".mjs", ".cjs", ".json"],
    },
  },
};
