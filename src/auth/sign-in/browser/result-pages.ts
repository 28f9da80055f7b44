// What the browser shows at the end of a sign-in (AUTH-10). Self-contained, no script; of what came in, nothing is shown.

export interface ResultPage {
  readonly status: number;
  readonly html: string;
}

/** After the exchange, and only then. @param server host name of the remote */
export function signedInPage(server: string): ResultPage {
  return page(200, "Signed in", `You are signed in to ${server}.`, "You can close this tab and go back.");
}

/** @param reason one sentence, already cleaned and cut; @param next what to do */
export function failedPage(reason: string, next: string): ResultPage {
  return page(400, "Not signed in", reason, next);
}

/** For a redirect that does not belong to the sign-in that is going on. */
export function foreignPage(): ResultPage {
  return page(
    400,
    "Not from this sign-in",
    "This address does not belong to the current sign-in, so it was ignored.",
    "Use the newest tab, or start again.",
  );
}

/** For a redirect that came before. */
export function donePage(): ResultPage {
  return page(200, "Already done", "This sign-in is already complete.", "You can close this tab.");
}

function page(status: 200 | 400, title: string, text: string, next: string): ResultPage {
  const [tone, mark] = status === 200 ? ["ok", "&#10003;"] : ["bad", "!"];
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)} - mcp-drawbridge</title>
<style>${STYLE}</style>
</head>
<body>
<main class="${tone}">
<p class="mark" aria-hidden="true">${mark}</p>
<h1>${escaped(title)}</h1>
<p>${escaped(text)}</p>
<p class="next">${escaped(next)}</p>
</main>
</body>
</html>
`;
  return { status, html };
}

const STYLE = `
:root { color-scheme: light dark; --ground: #f4f5f7; --card: #fff; --text: #1b1f24; --quiet: #57606a; --ok: #1a7f37; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171c; --card: #1f242c; --text: #e8eaed; --quiet: #a8b0ba; --ok: #56d364; --bad: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--ground);
  color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 34rem; padding: 2rem; border-radius: .75rem; background: var(--card);
  border-top: .3rem solid var(--tone); overflow-wrap: anywhere; }
.ok { --tone: var(--ok); }
.bad { --tone: var(--bad); }
.mark { width: 3rem; height: 3rem; margin: 0; border: .2rem solid var(--tone); border-radius: 50%; color: var(--tone);
  font-size: 1.5rem; font-weight: 700; line-height: 2.6rem; text-align: center; }
h1 { margin: 1rem 0 .5rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 .75rem; }
.next { color: var(--quiet); }
`;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? "");
}
