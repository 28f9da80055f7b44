// One HTML page with everything in it: opened from a file, it asks nobody for anything.
import { sha256Of } from "../../core/hash.ts";
import { VERSION } from "../../core/version.ts";
import { LANES, type TraceRow } from "./trace-row.ts";
import { SCRIPT } from "./trace-script.ts";
import { STYLE } from "./trace-style.ts";

/** Foreign text is in it as JSON alone, which the script puts into the page as text. */
export function tracePage(rows: readonly TraceRow[]): string {
  const data = JSON.stringify({ lanes: LANES, rows }).replaceAll("<", "\\u003c");
  // No script but this one runs, whatever a log has in it.
  const hash = sha256Of(SCRIPT).toString("base64");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'">
<title>Trace - mcp-drawbridge</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>What mcp-drawbridge did</h1>
<p class="quiet" id="sum"></p>
<form role="search" id="filters">
<input type="search" id="search" placeholder="Search  ( / )" aria-label="Search" autocomplete="off" spellcheck="false">
<label><input type="checkbox" value="message" checked> messages</label>
<label><input type="checkbox" value="http" checked> HTTP</label>
<label><input type="checkbox" value="sign-in" checked> sign-in</label>
<label><input type="checkbox" value="note" checked> other</label>
<label><input type="checkbox" id="faults"> faults only</label>
</form>
<div class="row lanes" aria-hidden="true"><span class="at">ms</span><span class="chart" id="lanes"></span><span class="title">What</span></div>
</header>
<main>
<div id="list" role="listbox" aria-label="Events" tabindex="0"><div id="space"></div></div>
<aside id="details" aria-live="polite" hidden></aside>
</main>
<footer class="quiet">Arrow keys move, Enter shows what belongs together, / searches, Esc closes. mcp-drawbridge ${VERSION}</footer>
<script type="application/json" id="data">${data}</script>
<script>${SCRIPT}</script>
</body>
</html>
`;
}
