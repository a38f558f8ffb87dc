/**
 * The topics of ChirpStack v4's gateway contract, and ours beside them.
 *
 *   [prefix/]gateway/<eui>/event/{up,stats,ack}      from us, QoS 1
 *   [prefix/]gateway/<eui>/state/conn                from us, retained, and our last will
 *   [prefix/]gateway/<eui>/command/{down,config}     to us
 *   [prefix/]gateway/<eui>/command/exec              to us, and event/exec from us: where a core may have programs run
 *   [prefix/]edge/<eui>/…                            from us: what the contract has no place for
 *   [prefix/]edge/replay-plan                        from one to all, retained: how a common outage is replayed
 *
 * Source: chirpstack/chirpstack, chirpstack/src/gateway/backend/mqtt.rs.
 */
export interface ChirpstackTopics {
  readonly up: string;
  readonly stats: string;
  readonly ack: string;
  readonly state: string;
  readonly down: string;
  readonly config: string;
  readonly exec: string;
  readonly execEvent: string;
  /** The beginning of our own. */
  readonly own: string;
  /** The beginning of commands in our own namespace; one level follows. */
  readonly ownCommand: string;
  readonly plan: string;
}

/** @param prefix the region's, or "". */
export function chirpstackTopics(prefix: string, eui: string): ChirpstackTopics {
  const top = prefix === "" ? "" : `${prefix}/`;
  const gateway = `${top}gateway/${eui}`;
  return {
    up: `${gateway}/event/up`,
    stats: `${gateway}/event/stats`,
    ack: `${gateway}/event/ack`,
    state: `${gateway}/state/conn`,
    down: `${gateway}/command/down`,
    config: `${gateway}/command/config`,
    exec: `${gateway}/command/exec`,
    execEvent: `${gateway}/event/exec`,
    own: `${top}edge/${eui}/`,
    ownCommand: `${top}edge/${eui}/command/`,
    plan: `${top}edge/replay-plan`,
  };
}
