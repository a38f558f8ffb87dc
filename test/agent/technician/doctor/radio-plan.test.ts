import { expect, test } from "vitest";
import { readRadioPlan } from "../../../../agent/technician/doctor/radio-plan.ts";
import { RADIO } from "./site.ts";

const EU868_MHZ = [867.1, 867.3, 867.5, 867.7, 867.9, 868.1, 868.3, 868.5];

test("the channels of a lorad.json are those of its radios, moved by each channel's offset", () => {
  const plan = readRadioPlan(RADIO);
  expect(plan?.frequenciesHz.map((one) => one / 1e6)).toEqual(EU868_MHZ);
  expect(plan).toMatchObject({ antennaGainDbi: 3, insertionLossDb: 0.5 });
});

test("several boards are one plan, and antenna and cable stand with a radio chain", () => {
  const board = {
    rf_chain_conf: [{ antenna_gain: 6, insertion_loss: 1 }],
    chan_multiSF_0: { enable: true, freq: 868_100_000 },
  };
  const plan = readRadioPlan({
    SX1301_array_conf: [board, { ...board, chan_multiSF_0: { enable: true, freq: 868_300_000 } }],
  });
  expect(plan).toEqual({ frequenciesHz: [868_100_000, 868_300_000], antennaGainDbi: 6, insertionLossDb: 1 });
});

test("a channel that is off, or whose radio is, is none", () => {
  const conf = {
    radio_0: { enable: false, freq: 868_000_000 },
    radio_1: { enable: true, freq: 868_500_000 },
    chan_multiSF_0: { enable: true, radio: 0, if: 0 },
    chan_multiSF_1: { enable: false, radio: 1, if: 0 },
    chan_Lora_std: { enable: true, radio: 1, if: -200_000 },
  };
  expect(readRadioPlan({ SX130x_conf: conf })?.frequenciesHz).toEqual([868_300_000]);
});

test("what describes no concentrator is no plan", () => {
  expect(readRadioPlan({ gateway_conf: {} })).toBeUndefined();
});
