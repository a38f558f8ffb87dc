/** All checks, in the order in which data flows: whatever comes later stands on what comes before. */
import { AGENT_RULES } from "./checks/agent.ts";
import { BACKHAUL_RULES } from "./checks/backhaul.ts";
import { BOX_RULES } from "./checks/box.ts";
import { CLOCK_RULES } from "./checks/clock.ts";
import { CORE_RULES } from "./checks/core.ts";
import { FIRMWARE_RULES } from "./checks/firmware.ts";
import { FORWARDER_RULES } from "./checks/forwarder.ts";
import { RADIO_RULES } from "./checks/radio.ts";
import { SETTINGS_RULES } from "./checks/settings.ts";
import type { Rule } from "./rule.ts";

export const RULES: readonly Rule[] = [
  ...SETTINGS_RULES,
  ...FIRMWARE_RULES,
  ...RADIO_RULES,
  ...FORWARDER_RULES,
  ...AGENT_RULES,
  ...CLOCK_RULES,
  ...BACKHAUL_RULES,
  ...CORE_RULES,
  ...BOX_RULES,
];

export const CHECK_IDS: readonly string[] = RULES.map(({ id }) => id);
