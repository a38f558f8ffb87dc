/**
 * The judge of what is on MQTT: the definitions that ChirpStack publishes, not our own.
 *
 * Their generated CommonJS names its exports at run time only, so it is required, not imported.
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export const judge =
  require("@chirpstack/chirpstack-api/gw/gw_pb.js") as typeof import("@chirpstack/chirpstack-api/gw/gw_pb.js");

/** google.protobuf.Duration, whose package comes without types. */
export const { Duration } = require("google-protobuf/google/protobuf/duration_pb.js") as {
  Duration: new () => { setSeconds(seconds: number): void; setNanos(nanos: number): void };
};
