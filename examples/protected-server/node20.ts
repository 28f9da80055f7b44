// `oidc-provider` uses `URL.parse`, which Node 20 lacks. Import this before it.
const withParse: { parse?: (url: string, base?: string) => URL | null } = URL;
withParse.parse ??= (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null);
