// The report's look, in light and in dark; colours that differ in lightness as well as in hue.

export const STYLE = `
:root { color-scheme: light dark; --ink: #1a1d21; --faint: #6a7078; --grid: #e3e6ea; --paper: #fff; --panel: #f6f7f9;
  --a: #0b62c4; --b: #c2570c; --c: #2c7a3f; --d: #7a3fa0; --bad: #b3261e; --good: #2c7a3f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --faint: #9aa0a8; --grid: #33373d; --paper: #16181b; --panel: #1f2226;
  --a: #6cb0ff; --b: #ffa45c; --c: #7fd495; --d: #cfa0f0; --bad: #ff8a80; --good: #7fd495; } }
body { background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, "DejaVu Sans", sans-serif; margin: 0 auto; max-width: 68rem; padding: 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 1rem 0 .2rem; } ul { margin: .2rem 0; }
p.verdict { background: var(--panel); border-left: .3rem solid var(--good); margin: .5rem 0; padding: .6rem .8rem; }
p.verdict.bad { border-color: var(--bad); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
caption { color: var(--faint); text-align: left; }
th, td { border-bottom: 1px solid var(--grid); padding: .3rem .6rem; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
figure { margin: 1rem 0; } figcaption { font-size: .9rem; }
.unit { color: var(--faint); } .key { margin-left: .9rem; white-space: nowrap; }
.key i { display: inline-block; height: .55rem; margin-right: .3rem; width: .9rem; background: currentColor; }
svg { display: block; height: auto; width: 100%; }
svg text { fill: var(--ink); font: 12px system-ui, "DejaVu Sans", sans-serif; } svg text.tick { fill: var(--faint); font-size: 11px; }
.grid { stroke: var(--grid); fill: none; } .axis { stroke: var(--faint); fill: none; }
.line { fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linejoin: round; }
.load { color: var(--a); } .load-area { fill: var(--a); opacity: .18; } .capacity { color: var(--b); }
.desired { color: var(--a); } .ready { color: var(--c); } .existing { color: var(--faint); }
path.existing { stroke-dasharray: 3 3; }
.mark.out { fill: var(--b); } .mark.in { fill: var(--d); }
.p50 { color: var(--c); } .p90 { color: var(--a); } .p99 { color: var(--b); }
.objective { color: var(--bad); } path.objective { fill: none; stroke: currentColor; stroke-dasharray: 6 4; }
rect.pending { fill: var(--bad); } rect.pulling { fill: var(--d); } rect.loading { fill: var(--b); } rect.ready { fill: var(--c); } rect.draining { fill: var(--faint); }
.key .pending { color: var(--bad); } .key .pulling { color: var(--d); } .key .loading { color: var(--b); } .key .draining { color: var(--faint); }
rect.q0 { fill: var(--panel); } rect.q1, rect.q2, rect.q3, rect.q4, rect.q5 { fill: var(--bad); }
rect.q1 { opacity: .15; } rect.q2 { opacity: .32; } rect.q3 { opacity: .52; } rect.q4 { opacity: .75; }
.ours circle { fill: var(--b); } .other circle { fill: none; stroke: var(--a); stroke-width: 2; }
@media (max-width: 40rem) { .key { display: block; margin-left: 0; } svg text { font-size: 20px; } svg text.tick { font-size: 18px; } }
`;
