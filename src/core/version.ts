declare const __VERSION__: string | undefined;

/** Version of the package; the bundler fills it in. */
export const VERSION: string = typeof __VERSION__ === "string" ? __VERSION__ : "0.0.0-source";
