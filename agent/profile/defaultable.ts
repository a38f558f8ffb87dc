/**
 * The settings to which a profile may give a default: how a forwarder behaves, how much of the box the agent may take,
 * how its clock is asked.
 *
 * No path of ours is among them: a port of the box (gnss.port) is looked at and left as it is. A box may be recognised at one start and not at the next (a file that the boot has not
 * written yet), and the journal must not move with that: packages and `edge-agent setup` write paths into the
 * settings file, once.
 */
export const DEFAULTABLE: readonly string[] = [
  "forwarder.tx_power_error_means_sent",
  "journal.commit_interval",
  "journal.max_size",
  "journal.max_age",
  "clock.probe_file",
  "clock.probe_command",
  "gnss.port",
  "modem.manager",
  "system.voltages_command",
  "care.supply_voltage",
  "care.backup_voltage",
  "care.supply_low_mv",
];
