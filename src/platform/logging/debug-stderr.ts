// `DEBUG=drawbridge:*`: events on stderr, through the package that people know the variable from.
import type { Writable } from "node:stream";
import { format } from "node:util";
import createDebug from "debug";

/**
 * `names` as in DEBUG; `area` is the first word of an event's name: `drawbridge:http`, `drawbridge:signin`.
 */
export function createDebugLine(stderr: Writable, names: string): (area: string, text: string) => void {
  createDebug.enable(names);
  const loggers = new Map<string, createDebug.Debugger>();
  return (area, text) => {
    let logger = loggers.get(area);
    if (logger === undefined) {
      logger = createDebug(`drawbridge:${area}`);
      logger.log = (...words: unknown[]) => stderr.write(`${format(...words)}\n`);
      loggers.set(area, logger);
    }
    logger("%s", text);
  };
}
