// The page at `/`: every policy in one table, with links to what the API says of it. No script, nothing from elsewhere.

import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { RejectedPolicyFile } from "../control/registry.ts";
import { formatInstant } from "../domain/instant.ts";
import type { PolicyRow } from "./views.ts";

const STYLE = `
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, "DejaVu Sans", sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding-bottom: .5rem; }
th, td { border-bottom: 1px solid #8886; padding: .4rem .6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style: none; padding: 0; }
@media (max-width: 40rem) {
  thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden; width: 1px; }
  tr { border-bottom: 1px solid #8886; display: block; padding: .5rem 0; }
  th, td { border: 0; display: block; padding: .1rem 0; }
  td::before { content: attr(data-label) ": "; opacity: .75; }
}
`;

/** The source expression by which a content security policy allows this page's style, and no other. */
export const STYLE_SOURCE = `'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`;

type Markup = ReturnType<typeof html>;

/** Returns the whole page; texts are escaped. */
export function indexPage(rows: readonly PolicyRow[], rejected: readonly RejectedPolicyFile[]): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tidemark</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<header>
<h1>Tidemark</h1>
<nav aria-label="API">
<ul>
<li><a href="/api/v1/policies">Policies (JSON)</a></li>
<li><a href="/metrics">Metrics</a></li>
<li><a href="/livez">Liveness</a></li>
<li><a href="/readyz">Readiness</a></li>
</ul>
</nav>
</header>
<main>
${policyTable(rows)}
${rejectedFiles(rejected)}
</main>
</body>
</html>
`;
}

function policyTable(rows: readonly PolicyRow[]): Markup {
  if (rows.length === 0) return html`<p>No policy is in force.</p>`;
  return html`<table>
<caption>Policies in force and their last decisions</caption>
<thead>
<tr><th scope="col">Policy</th><th scope="col">Replicas</th><th scope="col">Status</th><th scope="col">Reason</th><th scope="col">At</th><th scope="col">More</th></tr>
</thead>
<tbody>
${rows.map(policyLine)}
</tbody>
</table>`;
}

function policyLine({ policy, mode, current, wanted, status, reason, at }: PolicyRow): Markup {
  const shownMode = mode === "enforce" ? "" : ` (${mode})`;
  return html`<tr>
<th scope="row"><a href="/api/v1/policies/${policy}">${policy}</a>${shownMode}</th>
<td class="number" data-label="Replicas">${count(current)} → ${count(wanted)}</td>
<td data-label="Status">${status}</td>
<td data-label="Reason">${reason ?? "–"}</td>
<td data-label="At">${at === null ? "–" : html`<time datetime="${formatInstant(at)}">${formatInstant(at)}</time>`}</td>
<td data-label="More"><a href="/api/v1/explain/${policy}">explain</a>, <a href="/api/v1/capacity/${policy}">capacity</a>, <a href="/api/v1/decisions?policy=${encodeURIComponent(policy)}">decisions</a></td>
</tr>
`;
}

function rejectedFiles(rejected: readonly RejectedPolicyFile[]): Markup {
  if (rejected.length === 0) return html``;
  return html`<h2>Rejected files</h2>
<ul>
${rejected.map(
  ({
    file,
    issues,
    lastGoodInForce,
  }) => html`<li>${file}${lastGoodInForce ? " (its last good version is in force)" : ""}
<ul>${issues.map(({ line, column, message, code }) => html`<li>${line}:${column}: ${message} [${code}]</li>`)}</ul></li>
`,
)}
</ul>`;
}

function count(replicas: number | null): string {
  return replicas === null ? "?" : String(replicas);
}
