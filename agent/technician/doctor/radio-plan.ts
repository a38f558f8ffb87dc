/**
 * The channels, antenna and cable of a concentrator, from its own settings: what a packet forwarder's radio was told.
 *
 * Pure. Source: Semtech, lora_gateway and sx1302_hal, global_conf.json (SX1301_conf, SX130x_conf: a channel lies `if` Hz
 * from the frequency of its radio); Kerlink wiki, lora:cpf_configuration, and a unit's own lorad.json (SX1301_array_conf
 * of several boards, rf_chain_conf, antenna_gain and insertion_loss).
 */
export interface RadioPlan {
  /** Of the channels that are on, multi-SF and LoRa standard, in Hz, ascending. */
  readonly frequenciesHz: readonly number[];
  /** As the forwarder reckons with it; undefined: it does not say. */
  readonly antennaGainDbi: number | undefined;
  readonly insertionLossDb: number | undefined;
}

type Table = Readonly<Record<string, unknown>>;

const CONFS = ["SX130x_conf", "SX1301_conf", "SX1302_conf", "SX1301_array_conf"];

/** @returns undefined when no concentrator is described in it. */
export function readRadioPlan(document: Table): RadioPlan | undefined {
  const boards = CONFS.flatMap((name) => boardsOf(document[name]));
  if (boards.length === 0) return undefined;
  const frequencies = new Set(boards.flatMap(channelsOf));
  return {
    frequenciesHz: [...frequencies].sort((a, b) => a - b),
    antennaGainDbi: first(boards, "antenna_gain"),
    insertionLossDb: first(boards, "insertion_loss"),
  };
}

function boardsOf(conf: unknown): readonly Table[] {
  if (Array.isArray(conf)) return conf.filter(isTable);
  return isTable(conf) ? [conf] : [];
}

function channelsOf(board: Table): number[] {
  const entries = Object.entries(board).filter(
    ([name, channel]) =>
      /^chan_(multiSF_\d+|Lora_std)$/.test(name) && isTable(channel) && channel.enable === true,
  );
  return entries.flatMap(([, channel]) => {
    const { radio, if: offsetHz, freq } = channel as Table;
    if (typeof freq === "number" && freq > 1e6) return [freq];
    const base = board[`radio_${radio}`];
    const baseHz = isTable(base) && base.enable !== false ? base.freq : undefined;
    return typeof baseHz === "number" && typeof offsetHz === "number" ? [baseHz + offsetHz] : [];
  });
}

/** Of the board, or of its first radio chain that has it. */
function first(boards: readonly Table[], key: string): number | undefined {
  for (const board of boards) {
    const chains = Array.isArray(board.rf_chain_conf) ? board.rf_chain_conf.filter(isTable) : [];
    for (const place of [board, ...chains]) {
      const value = place[key];
      if (typeof value === "number" && Number.isFinite(value)) return value;
    }
  }
  return undefined;
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
