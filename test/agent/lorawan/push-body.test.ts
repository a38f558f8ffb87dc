import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NESTING_MAX, splitPushBody } from "../../../agent/lorawan/push-body.ts";
import { readRxpk } from "../../../agent/lorawan/rxpk.ts";

const split = (text: string) => splitPushBody(Buffer.from(text));

const GOOD =
  '{"tmst":1472242252,"chan":8,"rfch":0,"freq":912.600000,"stat":1,"modu":"LORA","datr":"SF8BW500","codr":"4/5",' +
  '"lsnr":10.8,"rssi":-58,"size":23,"data":"ALQAAAABAAAASGVsaXVtICA0LDYCNrA="}';
const RSIG =
  '{"brd":0,"codr":"4/5","data":"QAAAAEgAEtcDvK7ndmBFBg==","datr":"SF10BW125","freq":903.9,"jver":2,"modu":"LORA",' +
  '"rsig":[{"ant":0,"chan":0,"lsnr":10.0,"rssic":-46},{"ant":1,"chan":0,"lsnr":9.0,"rssic":-48}],"size":16,' +
  '"stat":1,"meta":{"site":"tower {1}, [north]"},"tmst":313998876}';
const FSK = '{"tmst":3512348514,"freq":869.1,"stat":1,"modu":"FSK","datr":50000,"size":2,"data":"VEU="}';

describe("a PUSH_DATA's body", () => {
  test("gives every rxpk and the stat exactly as they stood there", () => {
    const stat = '{ "ackr":null, "time":"2021-03-17 18:47:01 GMT" }';
    const body = split(` {"rxpk" : [ ${GOOD} ,\n${RSIG},${FSK}] , "stat":${stat},"hal":"{5.0}" }\n`);
    expect(body).toEqual({ rxpks: [GOOD, RSIG, FSK], stat, faults: [] });
  });

  test.each([
    ["nothing", "", []],
    ["an empty object", "{}", []],
    ["rxpk null", '{"rxpk":null,"stat":null}', []],
    ["an empty array", '{"rxpk":[]}', []],
    ["rxpk in a string", `{"note":"\\"rxpk\\":[{}]","rxpk":[${GOOD}]}`, [GOOD]],
    ["rxpk in a nested object", `{"other":{"rxpk":[${FSK}]},"rxpk":[${GOOD}]}`, [GOOD]],
    ["rxpk in an rxpk", `{"rxpk":[{"rxpk":[${FSK}]}]}`, [`{"rxpk":[${FSK}]}`]],
    ["a single object instead of the array", `{"rxpk":${GOOD}}`, [GOOD]],
    ["rxpk twice", `{"rxpk":[${GOOD}],"rxpk":[${FSK}]}`, [GOOD, FSK]],
    ["a comma at the end of the array and of the object", `{"rxpk":[${GOOD},],}`, [GOOD]],
    ["escaped quotes and backslashes", '{"rxpk":[{"a":"\\"}\\\\"}]}', ['{"a":"\\"}\\\\"}']],
  ])("%s is no fault", (_name, text, rxpks) => {
    expect(split(text)).toEqual({ rxpks, stat: undefined, faults: [] });
  });

  test("may be an aggregate of 20,000 octets, as Kerlink's forwarder sends after an outage, or the largest of all", () => {
    for (const sizeOctets of [20_000, 65_507 - 12]) {
      const count = Math.floor((sizeOctets - '{"rxpk":[]}'.length) / (GOOD.length + 1));
      const rxpks = Array.from({ length: count }, () => GOOD);
      expect(split(`{"rxpk":[${rxpks.join(",")}]}`)).toEqual({ rxpks, stat: undefined, faults: [] });
    }
  });

  test("of several stats the last counts", () => {
    expect(split('{"stat":{"rxnb":1},"stat":{"rxnb":2}}').stat).toBe('{"rxnb":2}');
  });

  test.each([
    ["text", "hello", ["notAnObject"]],
    ["an array", "[{}]", ["notAnObject"]],
    ["a number as rxpk", '{"rxpk":5}', ["rxpkNotAnObject"]],
    ["a string as stat", '{"stat":"x"}', ["statNotAnObject"]],
    ["a body that ends too early", '{"stat":{}', ["broken"]],
    ["a key without a value", '{"rxpk"', ["broken"]],
    ["octets behind the end", "{}x", ["broken"]],
  ])("%s is a fault", (_name, text, faults) => {
    expect(split(text)).toMatchObject({ rxpks: [], faults });
  });

  test("elements that are no objects are faults, and their neighbours stay", () => {
    const body = split(`{"rxpk":[null,${GOOD},5,"{\\"tmst\\":1}",true,${RSIG}]}`);
    expect(body.rxpks).toEqual([GOOD, RSIG]);
    expect(body.faults).toEqual(new Array(4).fill("rxpkNotAnObject"));
  });

  test("an array among the elements is a fault, its elements count", () => {
    const body = split(`{"rxpk":[[${FSK}, [] ],[${RSIG},],${GOOD}],"stat":{}}`);
    expect(body).toEqual({
      rxpks: [FSK, RSIG, GOOD],
      stat: "{}",
      faults: new Array(3).fill("rxpkNotAnObject"),
    });
  });

  test("an rxpk ends with the brace that matches, not with any bracket", () => {
    for (const bad of ['{"a":[1}]', '{"a":1]', '{"a":{"b":1]}']) {
      expect(split(`{"rxpk":[${bad}]}`), bad).toMatchObject({ rxpks: [], faults: ["broken"] });
    }
  });

  test("nesting is bounded", () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${"}".repeat(depth - 1)}`;
    expect(split(`{"rxpk":[${nested(NESTING_MAX)},${GOOD}]}`)).toMatchObject({ faults: [] });
    const beyond = split(`{"rxpk":[${nested(NESTING_MAX + 1)},${GOOD}]}`);
    expect(beyond).toMatchObject({ rxpks: [GOOD], faults: ["broken"] });
  });
});

describe("a good rxpk beside a bad one", () => {
  test("is found when the forwarder wrote a question mark for the CRC", () => {
    const bad = GOOD.replace('"stat":1', '"stat":?');
    const body = split(`{"rxpk":[${bad},${FSK}],"stat":{"rxnb":2}}`);
    expect(body).toEqual({ rxpks: [bad, FSK], stat: '{"rxnb":2}', faults: [] });
    expect(body.rxpks.map((text) => readRxpk(text).ok)).toEqual([false, true]);
  });

  test("is found wherever the datagram was cut behind it", () => {
    const whole = `{"rxpk":[${GOOD},${RSIG}],"stat":{"rxnb":2}}`;
    const from = whole.indexOf(RSIG) - 1;
    for (let cut = from; cut < whole.length; cut++) {
      const body = split(whole.slice(0, cut));
      expect(body.rxpks[0], `cut at ${cut}`).toBe(GOOD);
      expect(body.faults.length, `cut at ${cut}`).toBeGreaterThan(0);
    }
  });

  test("is found whichever octet of the neighbour is lost, changed or added", () => {
    const octets = '{}[]":,\\x0\0\u00e9 ?';
    for (const bad of [RSIG, GOOD]) {
      for (let at = 0; at <= bad.length; at++) {
        for (const octet of ["", ...octets]) {
          const head = bad.slice(0, at) + octet;
          for (const mutated of [head + bad.slice(at + 1), head + bad.slice(at)]) {
            const before = split(`{"rxpk":[${mutated},${FSK}]}`);
            expect(before.rxpks, `before: ${mutated}`).toContain(FSK);
            const behind = split(`{"rxpk":[${FSK},${mutated}]}`);
            expect(behind.rxpks, `behind: ${mutated}`).toContain(FSK);
          }
        }
      }
    }
  });

  test("is found whatever JSON the neighbours are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.json({ maxDepth: 8 })),
        fc.array(fc.json({ maxDepth: 8 })),
        (before, behind) => {
          const text = `{"x":[1,{}],"rxpk":[${[...before, GOOD, ...behind].join(",")}],"stat":{}}`;
          const body = split(text);
          expect(body.rxpks).toContain(GOOD);
          const spoken = body.rxpks.length + body.faults.length;
          expect(spoken).toBeGreaterThanOrEqual(before.length + behind.length + 1);
          expect(body.stat).toBe("{}");
        },
      ),
    );
  });

  test("is found behind an rxpk that was changed in several places", () => {
    const edit = fc.tuple(fc.nat(GOOD.length), fc.constantFrom(...'{}[]":,\\x?', ""));
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 4 }), (edits) => {
        let bad = RSIG;
        for (const [at, octet] of edits) bad = bad.slice(0, at) + octet + bad.slice(at + 1);
        expect(split(`{"rxpk":[${bad},${FSK}]}`).rxpks).toContain(FSK);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("an rxpk that lost its end behind an open array", () => {
  test.each([
    ["an array", '{"a":['],
    ["an array with an element", '{"a":[1'],
    ["several arrays", '{"a":[[['],
    ["an object in an array", '{"a":[{"b":1},{"c":['],
    ["an array in an object", '{"a":{"b":['],
    ["its rsig", RSIG.slice(0, RSIG.indexOf("]", RSIG.indexOf("rsig")))],
    ["the array's own end", ']{"a":['],
    ["as many as may be nested", '{"a":['.repeat(8)],
    ["more than may be nested", '{"a":['.repeat(20)],
  ])("swallows no neighbour: %s", (_name, bad) => {
    for (const end of ["]}", '],"stat":{"rxnb":2}}', "]", ""]) {
      const { rxpks, faults } = split(`{"rxpk":[${GOOD},${bad},${RSIG},${FSK}${end}`);
      for (const good of [GOOD, RSIG, FSK]) expect(rxpks, end).toContain(good);
      expect(faults, end).toContain("broken");
    }
  });

  test("takes nothing out of a sound one while the body is sound", () => {
    expect(split(`{"rxpk":[${RSIG},{"rxpk":[${FSK}]}]}`).rxpks).toEqual([RSIG, `{"rxpk":[${FSK}]}`]);
  });
});

test("whatever happens to the octets of one rxpk costs no other", () => {
  const piece = fc.constantFrom(
    ...'{}[]":,\\x? ',
    '{"',
    '":',
    '":[',
    '":{',
    "},",
    "],",
    "[{",
    "}]",
    '"rxpk":[',
    '"stat":{',
  );
  const cut = fc.record({ at: fc.nat(1_000), lost: fc.nat(400), added: fc.array(piece, { maxLength: 4 }) });
  const damage = fc.array(cut, { maxLength: 5 });
  fc.assert(
    fc.property(fc.constantFrom(GOOD, RSIG, FSK), damage, fc.boolean(), (sound, cuts, hasStat) => {
      let bad = sound;
      for (const { at, lost, added } of cuts) {
        const from = at % (bad.length + 1);
        bad = bad.slice(0, from) + added.join("") + bad.slice(from + lost);
      }
      const tail = hasStat ? '],"stat":{"rxnb":2}}' : "]}";
      const { rxpks, faults } = split(`{"rxpk":[${GOOD},${bad},${RSIG},${FSK}${tail}`);
      // What ends the array and makes the others a sound member of another name: nothing there looks damaged.
      const mayHide = bad.includes("]") && !faults.includes("broken");
      for (const good of [GOOD, RSIG, FSK]) if (!mayHide) expect(rxpks).toContain(good);
    }),
    { numRuns: process.env.LONG === undefined ? 5_000 : 500_000 },
  );
});

describe("hostile bodies", () => {
  test("never make it throw, and every text is a piece of the body", () => {
    const noise = fc.string({
      unit: fc.constantFrom(...'{}[]":,\\ ?x\u00e9', '"rxpk":[', '"stat":'),
      maxLength: 60,
    });
    fc.assert(
      fc.property(noise, (text) => {
        const whole = `{${text}`;
        const { rxpks, stat } = split(whole);
        for (const rxpk of rxpks) {
          expect(whole).toContain(rxpk);
          readRxpk(rxpk);
        }
        if (stat !== undefined) expect(whole).toContain(stat);
      }),
      { numRuns: 3_000 },
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void splitPushBody(Buffer.from(bytes))));
  });

  /**
   * Goal: no body makes the reader work more than a small multiple of its length.
   * Method: octets are handed out through a counter; time would say the same, but not on every machine.
   */
  test.each([
    ["quotes", '{"rxpk":[', '"'],
    ["escaped quotes", '{"rxpk":["', '\\"'],
    ["escaped quotes in an element", '{"rxpk":[{"', '\\"'],
    ["opening braces", '{"rxpk":[', "{"],
    ["opening brackets", '{"rxpk":[', "["],
    ["nesting", '{"rxpk":[', '{"a":['],
    ["objects in one string", '{"rxpk":[{"a":"', "},{"],
    ["objects with a quote lost", '{"rxpk":[', '{"a":"b},'],
    ["objects and escaped quotes in one string", '{"rxpk":[{"a":"', '},{\\"'],
    ["blanks", '{"rxpk":[', " "],
    ["braces and blanks", '{"rxpk":[{', "{    "],
    ["strings and blanks", '{"rxpk":[{', '"a"      '],
    ["colons", '{"rxpk":[{"a"', ":{"],
    ["empty objects", '{"rxpk":[', "{},"],
    ["backslashes", '{"rxpk":[', "\\"],
    ["keys", "{", '"rxpk":1,'],
    ["closing brackets", '{"rxpk":[', "]}"],
    ["objects in an open array", '{"rxpk":[{"a":[', "{},"],
    ["objects in objects in open arrays", '{"rxpk":[', '{"a":[{"b":[{"c":[{}]}]},'],
  ])("%s cost work in proportion to their number", (_name, start, piece) => {
    const size = 65_507;
    const text = (start + piece.repeat(size)).slice(0, size);
    const body = Buffer.from(text);
    expect(octetsReadOf(body)).toBeLessThan(NESTING_MAX * size);
  });
});

/** How many octets are looked at to split the body. */
function octetsReadOf(body: Buffer): number {
  let octetsRead = 0;
  const counted = new Proxy(body, {
    get(target, key) {
      if (typeof key === "string" && key >= "0" && key <= "9999999") {
        octetsRead++;
        return target[Number(key)];
      }
      if (key === "length") return target.length;
      if (key === "toString") {
        return (encoding: BufferEncoding, from: number, to: number) => {
          octetsRead += to - from;
          return target.toString(encoding, from, to);
        };
      }
      if (key === "indexOf") {
        return (what: string | number, from: number) => {
          const at = target.indexOf(what, from);
          octetsRead += (at < 0 ? target.length : at) - from;
          return at;
        };
      }
      throw new Error(`not counted: ${String(key)}`);
    },
  });
  splitPushBody(counted);
  return octetsRead;
}
