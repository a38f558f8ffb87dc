/** What a gateway can say of a downlink: ChirpStack's gw.TxAckStatus, by name and by number. */
export const TX_STATUSES = [
  "IGNORED",
  "OK",
  "TOO_LATE",
  "TOO_EARLY",
  "COLLISION_PACKET",
  "COLLISION_BEACON",
  "TX_FREQ",
  "TX_POWER",
  "GPS_UNLOCKED",
  "QUEUE_FULL",
  "INTERNAL_ERROR",
  "DUTY_CYCLE_OVERFLOW",
] as const;

export type TxStatus = (typeof TX_STATUSES)[number];
