/** Of the page of `trace`. Widths are of a phone first. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --text: #1b1f24; --quiet: #57606a; --line: #d6dae0; --lane: #c3c9d1;
  --message: #0550ae; --http: #1a7f37; --sign-in: #8250df; --note: #57606a; --bad: #b3261e; --pick: #ddebff; --lane-width: 2.1rem; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171c; --card: #1c2128; --text: #e8eaed; --quiet: #a8b0ba; --line: #343b45; --lane: #4a535f;
    --message: #79b8ff; --http: #56d364; --sign-in: #c297ff; --note: #a8b0ba; --bad: #ff8a80; --pick: #20324a; }
}
* { box-sizing: border-box; }
html, body { height: 100%; }
body { margin: 0; display: flex; flex-direction: column; background: var(--ground); color: var(--text); font: .875rem/1.4 system-ui, sans-serif; }
header { padding: .6rem .75rem 0; border-bottom: 1px solid var(--line); background: var(--card); }
h1 { margin: 0; font-size: 1.05rem; }
.quiet { color: var(--quiet); margin: 0; font-size: .8rem; }
footer { padding: .3rem .75rem; border-top: 1px solid var(--line); }
form { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: center; margin: .5rem 0; }
input[type=search] { flex: 1 1 12rem; max-width: 24rem; padding: .35rem .5rem; border: 1px solid var(--line); border-radius: .35rem;
  background: var(--ground); color: inherit; font: inherit; }
label { white-space: nowrap; }
main { flex: 1; min-height: 0; display: flex; flex-direction: column; }
#list { flex: 1; min-height: 0; overflow-y: auto; overflow-x: hidden; position: relative; outline-offset: -2px; scrollbar-gutter: stable; }
header .lanes { padding: 0; overflow-y: hidden; scrollbar-gutter: stable; }
#list:focus-visible { outline: 2px solid var(--message); }
#space { position: relative; }
.row { display: grid; grid-template-columns: calc(5 * var(--lane-width)) 1fr; gap: 0 .5rem; align-items: center; height: 2.25rem; padding: 0 .75rem; }
#space .row { position: absolute; left: 0; right: 0; cursor: pointer; }
#space .row:hover { background: color-mix(in srgb, var(--pick) 45%, transparent); }
.row[aria-selected=true] { background: var(--pick) !important; }
.row.related { box-shadow: inset .2rem 0 var(--sign-in); }
.at { display: none; color: var(--quiet); text-align: right; font-variant-numeric: tabular-nums; font-size: .78rem; }
.title { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.title .why { color: var(--quiet); }
.bad .title { color: var(--bad); }
.chart { position: relative; height: 100%; background: repeating-linear-gradient(to right, transparent 0 calc(var(--lane-width) / 2 - .5px),
  var(--lane) calc(var(--lane-width) / 2 - .5px) calc(var(--lane-width) / 2 + .5px), transparent calc(var(--lane-width) / 2 + .5px) var(--lane-width)); }
.lanes { color: var(--quiet); height: 1.6rem; font-size: .78rem; }
.lanes .chart { display: flex; background: none; }
.lanes .chart span { width: var(--lane-width); text-align: center; font-size: .52rem; align-self: center; }
.arrow { position: absolute; top: 50%; height: 2px; margin-top: -1px; background: var(--tone); }
.arrow::after { content: ""; position: absolute; top: -4px; border: 5px solid transparent; }
.right::after { right: -1px; border-left-color: var(--tone); border-right: 0; }
.left::after { left: -1px; border-right-color: var(--tone); border-left: 0; }
.dot { position: absolute; top: 50%; width: .5rem; height: .5rem; margin: -.25rem; border-radius: 50%; background: var(--tone); }
.message { --tone: var(--message); } .http { --tone: var(--http); } .sign-in { --tone: var(--sign-in); } .note { --tone: var(--note); }
.bad { --tone: var(--bad); }
aside { max-height: 45%; overflow: auto; padding: .6rem .75rem; border-top: 2px solid var(--line); background: var(--card); overflow-wrap: anywhere; }
aside h2 { margin: 0 0 .3rem; font-size: .95rem; }
aside p { margin: 0 0 .5rem; }
aside button { float: right; font: inherit; color: inherit; background: none; border: 1px solid var(--line); border-radius: .35rem; padding: .1rem .5rem; cursor: pointer; }
dl { display: grid; grid-template-columns: minmax(5rem, max-content) 1fr; gap: .15rem .75rem; margin: 0; }
dt { color: var(--quiet); } dd { margin: 0; font-family: ui-monospace, monospace; font-size: .8rem; white-space: pre-wrap; }
.none { padding: 2rem; text-align: center; color: var(--quiet); }
@media (min-width: 800px) {
  :root { --lane-width: 5rem; }
  .row { grid-template-columns: 5rem calc(5 * var(--lane-width)) 1fr; }
  .at { display: block; }
  .lanes .chart span { font-size: .78rem; }
  main { flex-direction: row; }
  aside { max-height: none; width: 26rem; border-top: 0; border-left: 2px solid var(--line); }
}
`;
