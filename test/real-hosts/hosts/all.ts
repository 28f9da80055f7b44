// The hosts of the job, the quick ones first.
import type { RealHost } from "../running/real-host.ts";
import { claudeCode } from "./claude-code.ts";
import { cline } from "./cline.ts";
import { codex } from "./codex.ts";
import { continueCli } from "./continue.ts";
import { copilot } from "./copilot.ts";
import { gemini } from "./gemini.ts";
import { LISTS } from "./lists.ts";
import { opencode } from "./opencode.ts";
import { qwen } from "./qwen.ts";

export const HOSTS: readonly RealHost[] = [
  ...LISTS,
  claudeCode,
  codex,
  copilot,
  gemini,
  qwen,
  opencode,
  cline,
  continueCli,
];
