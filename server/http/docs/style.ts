/** The look of the documentation page: system fonts, light and dark, down to the width of a phone, no script. */
export const docsStyle = `
:root { color-scheme: light dark; --ink: #1c2128; --soft: #59636e; --line: #d8dee4; --page: #fff; --panel: #f6f8fa; --accent: #0757ae;
  --get: #0a6640; --post: #0757ae; --patch: #855000; --delete: #b0242d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa5b1; --line: #30363d; --page: #0f1318; --panel: #171c23;
  --accent: #74b3ff; --get: #56d391; --post: #74b3ff; --patch: #e5b567; --delete: #ff8f88; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; color: var(--ink); background: var(--page); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
code, pre, .method { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace; font-size: .875em; }
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.frame { display: grid; grid-template-columns: 19rem minmax(0, 1fr); max-width: 82rem; margin: 0 auto; }
nav { position: sticky; top: 0; align-self: start; height: 100vh; overflow-y: auto; padding: 1.75rem 1.25rem; border-right: 1px solid var(--line); }
nav h1 { margin: 0; font-size: 1.2rem; letter-spacing: -.01em; }
nav p { margin: 0 0 1.25rem; color: var(--soft); font-size: .85rem; }
nav h2 { margin: 1.25rem 0 .25rem; font-size: .75rem; color: var(--soft); text-transform: uppercase; letter-spacing: .06em; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li a { display: flex; gap: .5rem; padding: .2rem 0; font-size: .9rem; color: inherit; text-decoration: none; }
nav li a:hover span:last-child { text-decoration: underline; }
nav .method { flex: none; width: 3.1rem; }
main { padding: 1.75rem clamp(1rem, 4vw, 3rem) 6rem; min-width: 0; }
main h2 { margin: 3rem 0 0; padding-bottom: .4rem; font-size: 1.4rem; letter-spacing: -.01em; border-bottom: 1px solid var(--line); }
main > h2:first-of-type { margin-top: 1.5rem; }
.lead { margin-top: 0; max-width: 44rem; }
.route { padding: 1.75rem 0 .5rem; }
.route + .route { border-top: 1px solid var(--line); margin-top: 1.25rem; }
.route h3 { margin: 0; font-size: 1.05rem; font-weight: 600; overflow-wrap: anywhere; }
.method { font-size: .78rem; font-weight: 700; color: var(--ink); }
.method.get { color: var(--get); } .method.post { color: var(--post); } .method.patch, .method.put { color: var(--patch); } .method.delete { color: var(--delete); }
.route h3 .path { font-size: 1rem; } .route h3 .method { font-size: .85rem; }
.summary { margin: .4rem 0 0; max-width: 46rem; }
.auth { margin: .15rem 0 .75rem; color: var(--soft); font-size: .9rem; }
pre { margin: .75rem 0; padding: .8rem 1rem; overflow-x: auto; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; }
.scroll { overflow-x: auto; }
table { width: 100%; margin: .75rem 0; border-collapse: collapse; font-size: .9rem; }
caption { padding: .25rem 0; text-align: left; font-weight: 600; }
th, td { padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); font-weight: 400; }
th { width: 34%; overflow-wrap: anywhere; }
.type { color: var(--soft); } .required { color: var(--delete); font-size: .8rem; white-space: nowrap; }
details { margin: .35rem 0; } summary { cursor: pointer; padding: .15rem 0; } .status { font-variant-numeric: tabular-nums; }
.errors { color: var(--soft); font-size: .85rem; line-height: 1.9; } .errors a { color: inherit; margin-right: .6rem; white-space: nowrap; display: inline-block; }
tr:target th, tr:target td { background: var(--panel); }
@media (max-width: 50rem) { .frame { display: block; } nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); padding: 1.25rem 1rem; }
  .groups { columns: 2 11rem; column-gap: 1rem; } .groups > div { break-inside: avoid; padding-bottom: .75rem; } .groups h2 { margin-top: 0; }
  nav li a { padding: .45rem 0; } main { padding-top: 1rem; }
  table, tbody, tr, th, td { display: block; width: auto; } caption { display: block; } td { border-top: 0; padding-top: 0; } }
`;
