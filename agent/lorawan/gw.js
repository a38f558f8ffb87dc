// Generated from gw.proto by `npm run generate`; do not edit.
/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

const $root = $protobuf.roots["edgeAgentGw"] || ($protobuf.roots["edgeAgentGw"] = {});

export const gw = $root.gw = (() => {

    const gw = {};

    gw.Timestamp = (function() {

        const Timestamp = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Timestamp.prototype.seconds = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        Timestamp.prototype.nanos = 0;

        Timestamp.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.seconds != null && $Object.hasOwnProperty.call(message, "seconds") && (typeof message.seconds === "object" ? message.seconds.low || message.seconds.high : message.seconds !== 0))
                writer.uint32(8).int64(message.seconds);
            if (message.nanos != null && $Object.hasOwnProperty.call(message, "nanos") && message.nanos !== 0)
                writer.uint32(16).int32(message.nanos);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Timestamp.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.Timestamp();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.seconds = value;
                        else
                            delete message.seconds;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.nanos = value;
                        else
                            delete message.nanos;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Timestamp;
    })();

    gw.Duration = (function() {

        const Duration = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Duration.prototype.seconds = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        Duration.prototype.nanos = 0;

        Duration.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.seconds != null && $Object.hasOwnProperty.call(message, "seconds") && (typeof message.seconds === "object" ? message.seconds.low || message.seconds.high : message.seconds !== 0))
                writer.uint32(8).int64(message.seconds);
            if (message.nanos != null && $Object.hasOwnProperty.call(message, "nanos") && message.nanos !== 0)
                writer.uint32(16).int32(message.nanos);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Duration.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.Duration();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.seconds = value;
                        else
                            delete message.seconds;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.nanos = value;
                        else
                            delete message.nanos;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Duration;
    })();

    gw.CodeRate = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "CR_UNDEFINED"] = 0;
        values[valuesById[1] = "CR_4_5"] = 1;
        values[valuesById[2] = "CR_4_6"] = 2;
        values[valuesById[3] = "CR_4_7"] = 3;
        values[valuesById[4] = "CR_4_8"] = 4;
        values[valuesById[5] = "CR_3_8"] = 5;
        values[valuesById[6] = "CR_2_6"] = 6;
        values[valuesById[7] = "CR_1_4"] = 7;
        values[valuesById[8] = "CR_1_6"] = 8;
        values[valuesById[9] = "CR_5_6"] = 9;
        values[valuesById[10] = "CR_LI_4_5"] = 10;
        values[valuesById[11] = "CR_LI_4_6"] = 11;
        values[valuesById[12] = "CR_LI_4_8"] = 12;
        return values;
    })();

    gw.CRCStatus = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "NO_CRC"] = 0;
        values[valuesById[1] = "BAD_CRC"] = 1;
        values[valuesById[2] = "CRC_OK"] = 2;
        return values;
    })();

    gw.LocationSource = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "UNKNOWN"] = 0;
        values[valuesById[1] = "GPS"] = 1;
        return values;
    })();

    gw.Location = (function() {

        const Location = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Location.prototype.latitude = 0;
        Location.prototype.longitude = 0;
        Location.prototype.altitude = 0;
        Location.prototype.source = 0;

        Location.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.latitude != null && $Object.hasOwnProperty.call(message, "latitude") && !$Object.is(message.latitude, 0))
                writer.uint32(9).double(message.latitude);
            if (message.longitude != null && $Object.hasOwnProperty.call(message, "longitude") && !$Object.is(message.longitude, 0))
                writer.uint32(17).double(message.longitude);
            if (message.altitude != null && $Object.hasOwnProperty.call(message, "altitude") && !$Object.is(message.altitude, 0))
                writer.uint32(25).double(message.altitude);
            if (message.source != null && $Object.hasOwnProperty.call(message, "source") && message.source !== 0)
                writer.uint32(32).int32(message.source);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Location.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.Location();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 1)
                            break;
                        if (!$Object.is(value = reader.double(), 0))
                            message.latitude = value;
                        else
                            delete message.latitude;
                        continue;
                    }
                case 2: {
                        if (wireType !== 1)
                            break;
                        if (!$Object.is(value = reader.double(), 0))
                            message.longitude = value;
                        else
                            delete message.longitude;
                        continue;
                    }
                case 3: {
                        if (wireType !== 1)
                            break;
                        if (!$Object.is(value = reader.double(), 0))
                            message.altitude = value;
                        else
                            delete message.altitude;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.source = value;
                        else
                            delete message.source;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Location;
    })();

    gw.Modulation = (function() {

        const Modulation = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Modulation.prototype.lora = null;
        Modulation.prototype.fsk = null;
        Modulation.prototype.lrFhss = null;

        let $oneOfFields;

        $Object.defineProperty(Modulation.prototype, "parameters", {
            get: $util.oneOfGetter($oneOfFields = ["lora", "fsk", "lrFhss"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        Modulation.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.lora != null && $Object.hasOwnProperty.call(message, "lora"))
                $root.gw.LoraModulationInfo.encode(message.lora, writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.fsk != null && $Object.hasOwnProperty.call(message, "fsk"))
                $root.gw.FskModulationInfo.encode(message.fsk, writer.uint32(34).fork(), _depth + 1).ldelim();
            if (message.lrFhss != null && $Object.hasOwnProperty.call(message, "lrFhss"))
                $root.gw.LrFhssModulationInfo.encode(message.lrFhss, writer.uint32(42).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Modulation.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.Modulation();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.lora = $root.gw.LoraModulationInfo.decode(reader, reader.size(), $undefined, _depth + 1, message.lora);
                        message.parameters = "lora";
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        message.fsk = $root.gw.FskModulationInfo.decode(reader, reader.size(), $undefined, _depth + 1, message.fsk);
                        message.parameters = "fsk";
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        message.lrFhss = $root.gw.LrFhssModulationInfo.decode(reader, reader.size(), $undefined, _depth + 1, message.lrFhss);
                        message.parameters = "lrFhss";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Modulation;
    })();

    gw.LoraModulationInfo = (function() {

        const LoraModulationInfo = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        LoraModulationInfo.prototype.bandwidth = 0;
        LoraModulationInfo.prototype.spreadingFactor = 0;
        LoraModulationInfo.prototype.codeRate = 0;
        LoraModulationInfo.prototype.polarizationInversion = false;
        LoraModulationInfo.prototype.preamble = 0;
        LoraModulationInfo.prototype.noCrc = false;

        LoraModulationInfo.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.bandwidth != null && $Object.hasOwnProperty.call(message, "bandwidth") && message.bandwidth !== 0)
                writer.uint32(8).uint32(message.bandwidth);
            if (message.spreadingFactor != null && $Object.hasOwnProperty.call(message, "spreadingFactor") && message.spreadingFactor !== 0)
                writer.uint32(16).uint32(message.spreadingFactor);
            if (message.polarizationInversion != null && $Object.hasOwnProperty.call(message, "polarizationInversion") && message.polarizationInversion !== false)
                writer.uint32(32).bool(message.polarizationInversion);
            if (message.codeRate != null && $Object.hasOwnProperty.call(message, "codeRate") && message.codeRate !== 0)
                writer.uint32(40).int32(message.codeRate);
            if (message.preamble != null && $Object.hasOwnProperty.call(message, "preamble") && message.preamble !== 0)
                writer.uint32(48).uint32(message.preamble);
            if (message.noCrc != null && $Object.hasOwnProperty.call(message, "noCrc") && message.noCrc !== false)
                writer.uint32(56).bool(message.noCrc);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        LoraModulationInfo.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.LoraModulationInfo();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.bandwidth = value;
                        else
                            delete message.bandwidth;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.spreadingFactor = value;
                        else
                            delete message.spreadingFactor;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.codeRate = value;
                        else
                            delete message.codeRate;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.polarizationInversion = value;
                        else
                            delete message.polarizationInversion;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.preamble = value;
                        else
                            delete message.preamble;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.noCrc = value;
                        else
                            delete message.noCrc;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return LoraModulationInfo;
    })();

    gw.FskModulationInfo = (function() {

        const FskModulationInfo = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        FskModulationInfo.prototype.frequencyDeviation = 0;
        FskModulationInfo.prototype.datarate = 0;

        FskModulationInfo.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.frequencyDeviation != null && $Object.hasOwnProperty.call(message, "frequencyDeviation") && message.frequencyDeviation !== 0)
                writer.uint32(8).uint32(message.frequencyDeviation);
            if (message.datarate != null && $Object.hasOwnProperty.call(message, "datarate") && message.datarate !== 0)
                writer.uint32(16).uint32(message.datarate);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        FskModulationInfo.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.FskModulationInfo();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.frequencyDeviation = value;
                        else
                            delete message.frequencyDeviation;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.datarate = value;
                        else
                            delete message.datarate;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return FskModulationInfo;
    })();

    gw.LrFhssModulationInfo = (function() {

        const LrFhssModulationInfo = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        LrFhssModulationInfo.prototype.operatingChannelWidth = 0;
        LrFhssModulationInfo.prototype.gridSteps = 0;
        LrFhssModulationInfo.prototype.codeRate = 0;

        LrFhssModulationInfo.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.operatingChannelWidth != null && $Object.hasOwnProperty.call(message, "operatingChannelWidth") && message.operatingChannelWidth !== 0)
                writer.uint32(8).uint32(message.operatingChannelWidth);
            if (message.gridSteps != null && $Object.hasOwnProperty.call(message, "gridSteps") && message.gridSteps !== 0)
                writer.uint32(24).uint32(message.gridSteps);
            if (message.codeRate != null && $Object.hasOwnProperty.call(message, "codeRate") && message.codeRate !== 0)
                writer.uint32(32).int32(message.codeRate);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        LrFhssModulationInfo.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.LrFhssModulationInfo();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.operatingChannelWidth = value;
                        else
                            delete message.operatingChannelWidth;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.gridSteps = value;
                        else
                            delete message.gridSteps;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.codeRate = value;
                        else
                            delete message.codeRate;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return LrFhssModulationInfo;
    })();

    gw.UplinkTxInfo = (function() {

        const UplinkTxInfo = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        UplinkTxInfo.prototype.frequency = 0;
        UplinkTxInfo.prototype.modulation = null;

        UplinkTxInfo.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.frequency != null && $Object.hasOwnProperty.call(message, "frequency") && message.frequency !== 0)
                writer.uint32(8).uint32(message.frequency);
            if (message.modulation != null && $Object.hasOwnProperty.call(message, "modulation"))
                $root.gw.Modulation.encode(message.modulation, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        UplinkTxInfo.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.UplinkTxInfo();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.frequency = value;
                        else
                            delete message.frequency;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.modulation = $root.gw.Modulation.decode(reader, reader.size(), $undefined, _depth + 1, message.modulation);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return UplinkTxInfo;
    })();

    gw.UplinkRxInfo = (function() {

        const UplinkRxInfo = function (properties) {
            this.metadata = {};
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        UplinkRxInfo.prototype.gatewayId = "";
        UplinkRxInfo.prototype.uplinkId = 0;
        UplinkRxInfo.prototype.gwTime = null;
        UplinkRxInfo.prototype.timeSinceGpsEpoch = null;
        UplinkRxInfo.prototype.fineTimeSinceGpsEpoch = null;
        UplinkRxInfo.prototype.rssi = 0;
        UplinkRxInfo.prototype.snr = 0;
        UplinkRxInfo.prototype.channel = 0;
        UplinkRxInfo.prototype.rfChain = 0;
        UplinkRxInfo.prototype.board = 0;
        UplinkRxInfo.prototype.antenna = 0;
        UplinkRxInfo.prototype.context = $util.newBuffer([]);
        UplinkRxInfo.prototype.metadata = $util.emptyObject;
        UplinkRxInfo.prototype.crcStatus = 0;

        UplinkRxInfo.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.gatewayId != null && $Object.hasOwnProperty.call(message, "gatewayId") && message.gatewayId !== "")
                writer.uint32(10).string(message.gatewayId);
            if (message.uplinkId != null && $Object.hasOwnProperty.call(message, "uplinkId") && message.uplinkId !== 0)
                writer.uint32(16).uint32(message.uplinkId);
            if (message.gwTime != null && $Object.hasOwnProperty.call(message, "gwTime"))
                $root.gw.Timestamp.encode(message.gwTime, writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.timeSinceGpsEpoch != null && $Object.hasOwnProperty.call(message, "timeSinceGpsEpoch"))
                $root.gw.Duration.encode(message.timeSinceGpsEpoch, writer.uint32(34).fork(), _depth + 1).ldelim();
            if (message.fineTimeSinceGpsEpoch != null && $Object.hasOwnProperty.call(message, "fineTimeSinceGpsEpoch"))
                $root.gw.Duration.encode(message.fineTimeSinceGpsEpoch, writer.uint32(42).fork(), _depth + 1).ldelim();
            if (message.rssi != null && $Object.hasOwnProperty.call(message, "rssi") && message.rssi !== 0)
                writer.uint32(48).int32(message.rssi);
            if (message.snr != null && $Object.hasOwnProperty.call(message, "snr") && !$Object.is(message.snr, 0))
                writer.uint32(61).float(message.snr);
            if (message.channel != null && $Object.hasOwnProperty.call(message, "channel") && message.channel !== 0)
                writer.uint32(64).uint32(message.channel);
            if (message.rfChain != null && $Object.hasOwnProperty.call(message, "rfChain") && message.rfChain !== 0)
                writer.uint32(72).uint32(message.rfChain);
            if (message.board != null && $Object.hasOwnProperty.call(message, "board") && message.board !== 0)
                writer.uint32(80).uint32(message.board);
            if (message.antenna != null && $Object.hasOwnProperty.call(message, "antenna") && message.antenna !== 0)
                writer.uint32(88).uint32(message.antenna);
            if (message.context != null && $Object.hasOwnProperty.call(message, "context") && message.context.length)
                writer.uint32(106).bytes(message.context);
            if (message.metadata != null && $Object.hasOwnProperty.call(message, "metadata"))
                for (let keys = $Object.keys(message.metadata), i = 0; i < keys.length; ++i)
                    writer.uint32(122).fork().uint32(10).string(keys[i]).uint32(18).string(message.metadata[keys[i]]).ldelim();
            if (message.crcStatus != null && $Object.hasOwnProperty.call(message, "crcStatus") && message.crcStatus !== 0)
                writer.uint32(128).int32(message.crcStatus);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        UplinkRxInfo.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, key, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.UplinkRxInfo();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.gatewayId = value;
                        else
                            delete message.gatewayId;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.uplinkId = value;
                        else
                            delete message.uplinkId;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.gwTime = $root.gw.Timestamp.decode(reader, reader.size(), $undefined, _depth + 1, message.gwTime);
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        message.timeSinceGpsEpoch = $root.gw.Duration.decode(reader, reader.size(), $undefined, _depth + 1, message.timeSinceGpsEpoch);
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        message.fineTimeSinceGpsEpoch = $root.gw.Duration.decode(reader, reader.size(), $undefined, _depth + 1, message.fineTimeSinceGpsEpoch);
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.rssi = value;
                        else
                            delete message.rssi;
                        continue;
                    }
                case 7: {
                        if (wireType !== 5)
                            break;
                        if (!$Object.is(value = reader.float(), 0))
                            message.snr = value;
                        else
                            delete message.snr;
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.channel = value;
                        else
                            delete message.channel;
                        continue;
                    }
                case 9: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.rfChain = value;
                        else
                            delete message.rfChain;
                        continue;
                    }
                case 10: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.board = value;
                        else
                            delete message.board;
                        continue;
                    }
                case 11: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.antenna = value;
                        else
                            delete message.antenna;
                        continue;
                    }
                case 13: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.context = value;
                        else
                            delete message.context;
                        continue;
                    }
                case 15: {
                        if (wireType !== 2)
                            break;
                        if (message.metadata === $util.emptyObject)
                            message.metadata = {};
                        let end2 = reader.size() + reader.pos;
                        if (end2 > reader.len)
                            throw $RangeError("index out of range");
                        reader.len = end2;
                        key = "";
                        value = "";
                        while (reader.pos < end2) {
                            let tag2 = reader.tag();
                            wireType = tag2 & 7;
                            switch (tag2 >>>= 3) {
                            case 1:
                                if (wireType !== 2)
                                    break;
                                key = reader.stringVerify();
                                continue;
                            case 2:
                                if (wireType !== 2)
                                    break;
                                value = reader.stringVerify();
                                continue;
                            }
                            reader.skipType(wireType, _depth, tag2);
                        }
                        if (reader.pos !== end2)
                            throw $RangeError("index out of range");
                        reader.len = end;
                        if (key === "__proto__")
                            $util.makeProp(message.metadata, key);
                        message.metadata[key] = value;
                        continue;
                    }
                case 16: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.crcStatus = value;
                        else
                            delete message.crcStatus;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return UplinkRxInfo;
    })();

    gw.UplinkFrame = (function() {

        const UplinkFrame = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        UplinkFrame.prototype.phyPayload = $util.newBuffer([]);
        UplinkFrame.prototype.txInfo = null;
        UplinkFrame.prototype.rxInfo = null;

        UplinkFrame.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.phyPayload != null && $Object.hasOwnProperty.call(message, "phyPayload") && message.phyPayload.length)
                writer.uint32(10).bytes(message.phyPayload);
            if (message.txInfo != null && $Object.hasOwnProperty.call(message, "txInfo"))
                $root.gw.UplinkTxInfo.encode(message.txInfo, writer.uint32(34).fork(), _depth + 1).ldelim();
            if (message.rxInfo != null && $Object.hasOwnProperty.call(message, "rxInfo"))
                $root.gw.UplinkRxInfo.encode(message.rxInfo, writer.uint32(42).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        UplinkFrame.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.UplinkFrame();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.phyPayload = value;
                        else
                            delete message.phyPayload;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        message.txInfo = $root.gw.UplinkTxInfo.decode(reader, reader.size(), $undefined, _depth + 1, message.txInfo);
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        message.rxInfo = $root.gw.UplinkRxInfo.decode(reader, reader.size(), $undefined, _depth + 1, message.rxInfo);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return UplinkFrame;
    })();

    gw.PerModulationCount = (function() {

        const PerModulationCount = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PerModulationCount.prototype.modulation = null;
        PerModulationCount.prototype.count = 0;

        PerModulationCount.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.modulation != null && $Object.hasOwnProperty.call(message, "modulation"))
                $root.gw.Modulation.encode(message.modulation, writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                writer.uint32(16).uint32(message.count);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PerModulationCount.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.PerModulationCount();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.modulation = $root.gw.Modulation.decode(reader, reader.size(), $undefined, _depth + 1, message.modulation);
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.count = value;
                        else
                            delete message.count;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PerModulationCount;
    })();

    gw.GatewayStats = (function() {

        const GatewayStats = function (properties) {
            this.metadata = {};
            this.txPacketsPerFrequency = {};
            this.rxPacketsPerFrequency = {};
            this.txPacketsPerModulation = [];
            this.rxPacketsPerModulation = [];
            this.txPacketsPerStatus = {};
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GatewayStats.prototype.gatewayId = "";
        GatewayStats.prototype.time = null;
        GatewayStats.prototype.location = null;
        GatewayStats.prototype.configVersion = "";
        GatewayStats.prototype.rxPacketsReceived = 0;
        GatewayStats.prototype.rxPacketsReceivedOk = 0;
        GatewayStats.prototype.txPacketsReceived = 0;
        GatewayStats.prototype.txPacketsEmitted = 0;
        GatewayStats.prototype.metadata = $util.emptyObject;
        GatewayStats.prototype.txPacketsPerFrequency = $util.emptyObject;
        GatewayStats.prototype.rxPacketsPerFrequency = $util.emptyObject;
        GatewayStats.prototype.txPacketsPerModulation = $util.emptyArray;
        GatewayStats.prototype.rxPacketsPerModulation = $util.emptyArray;
        GatewayStats.prototype.txPacketsPerStatus = $util.emptyObject;

        GatewayStats.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.time != null && $Object.hasOwnProperty.call(message, "time"))
                $root.gw.Timestamp.encode(message.time, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.location != null && $Object.hasOwnProperty.call(message, "location"))
                $root.gw.Location.encode(message.location, writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.configVersion != null && $Object.hasOwnProperty.call(message, "configVersion") && message.configVersion !== "")
                writer.uint32(34).string(message.configVersion);
            if (message.rxPacketsReceived != null && $Object.hasOwnProperty.call(message, "rxPacketsReceived") && message.rxPacketsReceived !== 0)
                writer.uint32(40).uint32(message.rxPacketsReceived);
            if (message.rxPacketsReceivedOk != null && $Object.hasOwnProperty.call(message, "rxPacketsReceivedOk") && message.rxPacketsReceivedOk !== 0)
                writer.uint32(48).uint32(message.rxPacketsReceivedOk);
            if (message.txPacketsReceived != null && $Object.hasOwnProperty.call(message, "txPacketsReceived") && message.txPacketsReceived !== 0)
                writer.uint32(56).uint32(message.txPacketsReceived);
            if (message.txPacketsEmitted != null && $Object.hasOwnProperty.call(message, "txPacketsEmitted") && message.txPacketsEmitted !== 0)
                writer.uint32(64).uint32(message.txPacketsEmitted);
            if (message.metadata != null && $Object.hasOwnProperty.call(message, "metadata"))
                for (let keys = $Object.keys(message.metadata), i = 0; i < keys.length; ++i)
                    writer.uint32(82).fork().uint32(10).string(keys[i]).uint32(18).string(message.metadata[keys[i]]).ldelim();
            if (message.txPacketsPerFrequency != null && $Object.hasOwnProperty.call(message, "txPacketsPerFrequency"))
                for (let keys = $Object.keys(message.txPacketsPerFrequency), i = 0; i < keys.length; ++i)
                    writer.uint32(98).fork().uint32(8).uint32(keys[i]).uint32(16).uint32(message.txPacketsPerFrequency[keys[i]]).ldelim();
            if (message.rxPacketsPerFrequency != null && $Object.hasOwnProperty.call(message, "rxPacketsPerFrequency"))
                for (let keys = $Object.keys(message.rxPacketsPerFrequency), i = 0; i < keys.length; ++i)
                    writer.uint32(106).fork().uint32(8).uint32(keys[i]).uint32(16).uint32(message.rxPacketsPerFrequency[keys[i]]).ldelim();
            if (message.txPacketsPerModulation != null && message.txPacketsPerModulation.length)
                for (let i = 0; i < message.txPacketsPerModulation.length; ++i)
                    $root.gw.PerModulationCount.encode(message.txPacketsPerModulation[i], writer.uint32(114).fork(), _depth + 1).ldelim();
            if (message.rxPacketsPerModulation != null && message.rxPacketsPerModulation.length)
                for (let i = 0; i < message.rxPacketsPerModulation.length; ++i)
                    $root.gw.PerModulationCount.encode(message.rxPacketsPerModulation[i], writer.uint32(122).fork(), _depth + 1).ldelim();
            if (message.txPacketsPerStatus != null && $Object.hasOwnProperty.call(message, "txPacketsPerStatus"))
                for (let keys = $Object.keys(message.txPacketsPerStatus), i = 0; i < keys.length; ++i)
                    writer.uint32(130).fork().uint32(10).string(keys[i]).uint32(16).uint32(message.txPacketsPerStatus[keys[i]]).ldelim();
            if (message.gatewayId != null && $Object.hasOwnProperty.call(message, "gatewayId") && message.gatewayId !== "")
                writer.uint32(138).string(message.gatewayId);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GatewayStats.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, key, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.GatewayStats();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 17: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.gatewayId = value;
                        else
                            delete message.gatewayId;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.time = $root.gw.Timestamp.decode(reader, reader.size(), $undefined, _depth + 1, message.time);
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.location = $root.gw.Location.decode(reader, reader.size(), $undefined, _depth + 1, message.location);
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.configVersion = value;
                        else
                            delete message.configVersion;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.rxPacketsReceived = value;
                        else
                            delete message.rxPacketsReceived;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.rxPacketsReceivedOk = value;
                        else
                            delete message.rxPacketsReceivedOk;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.txPacketsReceived = value;
                        else
                            delete message.txPacketsReceived;
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.txPacketsEmitted = value;
                        else
                            delete message.txPacketsEmitted;
                        continue;
                    }
                case 10: {
                        if (wireType !== 2)
                            break;
                        if (message.metadata === $util.emptyObject)
                            message.metadata = {};
                        let end2 = reader.size() + reader.pos;
                        if (end2 > reader.len)
                            throw $RangeError("index out of range");
                        reader.len = end2;
                        key = "";
                        value = "";
                        while (reader.pos < end2) {
                            let tag2 = reader.tag();
                            wireType = tag2 & 7;
                            switch (tag2 >>>= 3) {
                            case 1:
                                if (wireType !== 2)
                                    break;
                                key = reader.stringVerify();
                                continue;
                            case 2:
                                if (wireType !== 2)
                                    break;
                                value = reader.stringVerify();
                                continue;
                            }
                            reader.skipType(wireType, _depth, tag2);
                        }
                        if (reader.pos !== end2)
                            throw $RangeError("index out of range");
                        reader.len = end;
                        if (key === "__proto__")
                            $util.makeProp(message.metadata, key);
                        message.metadata[key] = value;
                        continue;
                    }
                case 12: {
                        if (wireType !== 2)
                            break;
                        if (message.txPacketsPerFrequency === $util.emptyObject)
                            message.txPacketsPerFrequency = {};
                        let end2 = reader.size() + reader.pos;
                        if (end2 > reader.len)
                            throw $RangeError("index out of range");
                        reader.len = end2;
                        key = 0;
                        value = 0;
                        while (reader.pos < end2) {
                            let tag2 = reader.tag();
                            wireType = tag2 & 7;
                            switch (tag2 >>>= 3) {
                            case 1:
                                if (wireType !== 0)
                                    break;
                                key = reader.uint32();
                                continue;
                            case 2:
                                if (wireType !== 0)
                                    break;
                                value = reader.uint32();
                                continue;
                            }
                            reader.skipType(wireType, _depth, tag2);
                        }
                        if (reader.pos !== end2)
                            throw $RangeError("index out of range");
                        reader.len = end;
                        message.txPacketsPerFrequency[key] = value;
                        continue;
                    }
                case 13: {
                        if (wireType !== 2)
                            break;
                        if (message.rxPacketsPerFrequency === $util.emptyObject)
                            message.rxPacketsPerFrequency = {};
                        let end2 = reader.size() + reader.pos;
                        if (end2 > reader.len)
                            throw $RangeError("index out of range");
                        reader.len = end2;
                        key = 0;
                        value = 0;
                        while (reader.pos < end2) {
                            let tag2 = reader.tag();
                            wireType = tag2 & 7;
                            switch (tag2 >>>= 3) {
                            case 1:
                                if (wireType !== 0)
                                    break;
                                key = reader.uint32();
                                continue;
                            case 2:
                                if (wireType !== 0)
                                    break;
                                value = reader.uint32();
                                continue;
                            }
                            reader.skipType(wireType, _depth, tag2);
                        }
                        if (reader.pos !== end2)
                            throw $RangeError("index out of range");
                        reader.len = end;
                        message.rxPacketsPerFrequency[key] = value;
                        continue;
                    }
                case 14: {
                        if (wireType !== 2)
                            break;
                        if (!(message.txPacketsPerModulation && message.txPacketsPerModulation.length))
                            message.txPacketsPerModulation = [];
                        message.txPacketsPerModulation.push($root.gw.PerModulationCount.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 15: {
                        if (wireType !== 2)
                            break;
                        if (!(message.rxPacketsPerModulation && message.rxPacketsPerModulation.length))
                            message.rxPacketsPerModulation = [];
                        message.rxPacketsPerModulation.push($root.gw.PerModulationCount.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 16: {
                        if (wireType !== 2)
                            break;
                        if (message.txPacketsPerStatus === $util.emptyObject)
                            message.txPacketsPerStatus = {};
                        let end2 = reader.size() + reader.pos;
                        if (end2 > reader.len)
                            throw $RangeError("index out of range");
                        reader.len = end2;
                        key = "";
                        value = 0;
                        while (reader.pos < end2) {
                            let tag2 = reader.tag();
                            wireType = tag2 & 7;
                            switch (tag2 >>>= 3) {
                            case 1:
                                if (wireType !== 2)
                                    break;
                                key = reader.stringVerify();
                                continue;
                            case 2:
                                if (wireType !== 0)
                                    break;
                                value = reader.uint32();
                                continue;
                            }
                            reader.skipType(wireType, _depth, tag2);
                        }
                        if (reader.pos !== end2)
                            throw $RangeError("index out of range");
                        reader.len = end;
                        if (key === "__proto__")
                            $util.makeProp(message.txPacketsPerStatus, key);
                        message.txPacketsPerStatus[key] = value;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return GatewayStats;
    })();

    gw.ImmediatelyTimingInfo = (function() {

        const ImmediatelyTimingInfo = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ImmediatelyTimingInfo.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ImmediatelyTimingInfo.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.ImmediatelyTimingInfo();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                reader.skipType(tag & 7, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ImmediatelyTimingInfo;
    })();

    gw.DelayTimingInfo = (function() {

        const DelayTimingInfo = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        DelayTimingInfo.prototype.delay = null;

        DelayTimingInfo.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.delay != null && $Object.hasOwnProperty.call(message, "delay"))
                $root.gw.Duration.encode(message.delay, writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        DelayTimingInfo.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.DelayTimingInfo();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.delay = $root.gw.Duration.decode(reader, reader.size(), $undefined, _depth + 1, message.delay);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return DelayTimingInfo;
    })();

    gw.GPSEpochTimingInfo = (function() {

        const GPSEpochTimingInfo = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GPSEpochTimingInfo.prototype.timeSinceGpsEpoch = null;

        GPSEpochTimingInfo.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.timeSinceGpsEpoch != null && $Object.hasOwnProperty.call(message, "timeSinceGpsEpoch"))
                $root.gw.Duration.encode(message.timeSinceGpsEpoch, writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GPSEpochTimingInfo.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.GPSEpochTimingInfo();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.timeSinceGpsEpoch = $root.gw.Duration.decode(reader, reader.size(), $undefined, _depth + 1, message.timeSinceGpsEpoch);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return GPSEpochTimingInfo;
    })();

    gw.Timing = (function() {

        const Timing = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Timing.prototype.immediately = null;
        Timing.prototype.delay = null;
        Timing.prototype.gpsEpoch = null;

        let $oneOfFields;

        $Object.defineProperty(Timing.prototype, "parameters", {
            get: $util.oneOfGetter($oneOfFields = ["immediately", "delay", "gpsEpoch"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        Timing.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.immediately != null && $Object.hasOwnProperty.call(message, "immediately"))
                $root.gw.ImmediatelyTimingInfo.encode(message.immediately, writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.delay != null && $Object.hasOwnProperty.call(message, "delay"))
                $root.gw.DelayTimingInfo.encode(message.delay, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.gpsEpoch != null && $Object.hasOwnProperty.call(message, "gpsEpoch"))
                $root.gw.GPSEpochTimingInfo.encode(message.gpsEpoch, writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Timing.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.Timing();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.immediately = $root.gw.ImmediatelyTimingInfo.decode(reader, reader.size(), $undefined, _depth + 1, message.immediately);
                        message.parameters = "immediately";
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.delay = $root.gw.DelayTimingInfo.decode(reader, reader.size(), $undefined, _depth + 1, message.delay);
                        message.parameters = "delay";
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.gpsEpoch = $root.gw.GPSEpochTimingInfo.decode(reader, reader.size(), $undefined, _depth + 1, message.gpsEpoch);
                        message.parameters = "gpsEpoch";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Timing;
    })();

    gw.DownlinkTxInfo = (function() {

        const DownlinkTxInfo = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        DownlinkTxInfo.prototype.frequency = 0;
        DownlinkTxInfo.prototype.power = 0;
        DownlinkTxInfo.prototype.modulation = null;
        DownlinkTxInfo.prototype.board = 0;
        DownlinkTxInfo.prototype.antenna = 0;
        DownlinkTxInfo.prototype.timing = null;
        DownlinkTxInfo.prototype.context = $util.newBuffer([]);

        DownlinkTxInfo.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.frequency != null && $Object.hasOwnProperty.call(message, "frequency") && message.frequency !== 0)
                writer.uint32(8).uint32(message.frequency);
            if (message.power != null && $Object.hasOwnProperty.call(message, "power") && message.power !== 0)
                writer.uint32(16).int32(message.power);
            if (message.modulation != null && $Object.hasOwnProperty.call(message, "modulation"))
                $root.gw.Modulation.encode(message.modulation, writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.board != null && $Object.hasOwnProperty.call(message, "board") && message.board !== 0)
                writer.uint32(32).uint32(message.board);
            if (message.antenna != null && $Object.hasOwnProperty.call(message, "antenna") && message.antenna !== 0)
                writer.uint32(40).uint32(message.antenna);
            if (message.timing != null && $Object.hasOwnProperty.call(message, "timing"))
                $root.gw.Timing.encode(message.timing, writer.uint32(50).fork(), _depth + 1).ldelim();
            if (message.context != null && $Object.hasOwnProperty.call(message, "context") && message.context.length)
                writer.uint32(58).bytes(message.context);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        DownlinkTxInfo.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.DownlinkTxInfo();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.frequency = value;
                        else
                            delete message.frequency;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.power = value;
                        else
                            delete message.power;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.modulation = $root.gw.Modulation.decode(reader, reader.size(), $undefined, _depth + 1, message.modulation);
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.board = value;
                        else
                            delete message.board;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.antenna = value;
                        else
                            delete message.antenna;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        message.timing = $root.gw.Timing.decode(reader, reader.size(), $undefined, _depth + 1, message.timing);
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.context = value;
                        else
                            delete message.context;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return DownlinkTxInfo;
    })();

    gw.DownlinkFrameItem = (function() {

        const DownlinkFrameItem = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        DownlinkFrameItem.prototype.phyPayload = $util.newBuffer([]);
        DownlinkFrameItem.prototype.txInfo = null;

        DownlinkFrameItem.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.phyPayload != null && $Object.hasOwnProperty.call(message, "phyPayload") && message.phyPayload.length)
                writer.uint32(10).bytes(message.phyPayload);
            if (message.txInfo != null && $Object.hasOwnProperty.call(message, "txInfo"))
                $root.gw.DownlinkTxInfo.encode(message.txInfo, writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        DownlinkFrameItem.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.DownlinkFrameItem();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.phyPayload = value;
                        else
                            delete message.phyPayload;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.txInfo = $root.gw.DownlinkTxInfo.decode(reader, reader.size(), $undefined, _depth + 1, message.txInfo);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return DownlinkFrameItem;
    })();

    gw.DownlinkFrame = (function() {

        const DownlinkFrame = function (properties) {
            this.items = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        DownlinkFrame.prototype.downlinkId = 0;
        DownlinkFrame.prototype.items = $util.emptyArray;
        DownlinkFrame.prototype.gatewayId = "";

        DownlinkFrame.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.downlinkId != null && $Object.hasOwnProperty.call(message, "downlinkId") && message.downlinkId !== 0)
                writer.uint32(24).uint32(message.downlinkId);
            if (message.items != null && message.items.length)
                for (let i = 0; i < message.items.length; ++i)
                    $root.gw.DownlinkFrameItem.encode(message.items[i], writer.uint32(42).fork(), _depth + 1).ldelim();
            if (message.gatewayId != null && $Object.hasOwnProperty.call(message, "gatewayId") && message.gatewayId !== "")
                writer.uint32(58).string(message.gatewayId);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        DownlinkFrame.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.DownlinkFrame();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.downlinkId = value;
                        else
                            delete message.downlinkId;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if (!(message.items && message.items.length))
                            message.items = [];
                        message.items.push($root.gw.DownlinkFrameItem.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.gatewayId = value;
                        else
                            delete message.gatewayId;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return DownlinkFrame;
    })();

    gw.TxAckStatus = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "IGNORED"] = 0;
        values[valuesById[1] = "OK"] = 1;
        values[valuesById[2] = "TOO_LATE"] = 2;
        values[valuesById[3] = "TOO_EARLY"] = 3;
        values[valuesById[4] = "COLLISION_PACKET"] = 4;
        values[valuesById[5] = "COLLISION_BEACON"] = 5;
        values[valuesById[6] = "TX_FREQ"] = 6;
        values[valuesById[7] = "TX_POWER"] = 7;
        values[valuesById[8] = "GPS_UNLOCKED"] = 8;
        values[valuesById[9] = "QUEUE_FULL"] = 9;
        values[valuesById[10] = "INTERNAL_ERROR"] = 10;
        values[valuesById[11] = "DUTY_CYCLE_OVERFLOW"] = 11;
        return values;
    })();

    gw.DownlinkTxAckItem = (function() {

        const DownlinkTxAckItem = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        DownlinkTxAckItem.prototype.status = 0;

        DownlinkTxAckItem.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.status != null && $Object.hasOwnProperty.call(message, "status") && message.status !== 0)
                writer.uint32(8).int32(message.status);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        DownlinkTxAckItem.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.DownlinkTxAckItem();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.status = value;
                        else
                            delete message.status;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return DownlinkTxAckItem;
    })();

    gw.DownlinkTxAck = (function() {

        const DownlinkTxAck = function (properties) {
            this.items = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        DownlinkTxAck.prototype.downlinkId = 0;
        DownlinkTxAck.prototype.items = $util.emptyArray;
        DownlinkTxAck.prototype.gatewayId = "";

        DownlinkTxAck.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.downlinkId != null && $Object.hasOwnProperty.call(message, "downlinkId") && message.downlinkId !== 0)
                writer.uint32(16).uint32(message.downlinkId);
            if (message.items != null && message.items.length)
                for (let i = 0; i < message.items.length; ++i)
                    $root.gw.DownlinkTxAckItem.encode(message.items[i], writer.uint32(42).fork(), _depth + 1).ldelim();
            if (message.gatewayId != null && $Object.hasOwnProperty.call(message, "gatewayId") && message.gatewayId !== "")
                writer.uint32(50).string(message.gatewayId);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        DownlinkTxAck.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.DownlinkTxAck();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.downlinkId = value;
                        else
                            delete message.downlinkId;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if (!(message.items && message.items.length))
                            message.items = [];
                        message.items.push($root.gw.DownlinkTxAckItem.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.gatewayId = value;
                        else
                            delete message.gatewayId;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return DownlinkTxAck;
    })();

    gw.GatewayConfiguration = (function() {

        const GatewayConfiguration = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GatewayConfiguration.prototype.version = "";
        GatewayConfiguration.prototype.statsInterval = null;
        GatewayConfiguration.prototype.gatewayId = "";

        GatewayConfiguration.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== "")
                writer.uint32(18).string(message.version);
            if (message.statsInterval != null && $Object.hasOwnProperty.call(message, "statsInterval"))
                $root.gw.Duration.encode(message.statsInterval, writer.uint32(34).fork(), _depth + 1).ldelim();
            if (message.gatewayId != null && $Object.hasOwnProperty.call(message, "gatewayId") && message.gatewayId !== "")
                writer.uint32(42).string(message.gatewayId);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GatewayConfiguration.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.GatewayConfiguration();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.version = value;
                        else
                            delete message.version;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        message.statsInterval = $root.gw.Duration.decode(reader, reader.size(), $undefined, _depth + 1, message.statsInterval);
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.gatewayId = value;
                        else
                            delete message.gatewayId;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return GatewayConfiguration;
    })();

    gw.GatewayCommandExecRequest = (function() {

        const GatewayCommandExecRequest = function (properties) {
            this.environment = {};
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GatewayCommandExecRequest.prototype.command = "";
        GatewayCommandExecRequest.prototype.stdin = $util.newBuffer([]);
        GatewayCommandExecRequest.prototype.environment = $util.emptyObject;
        GatewayCommandExecRequest.prototype.gatewayId = "";
        GatewayCommandExecRequest.prototype.execId = 0;

        GatewayCommandExecRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.command != null && $Object.hasOwnProperty.call(message, "command") && message.command !== "")
                writer.uint32(18).string(message.command);
            if (message.stdin != null && $Object.hasOwnProperty.call(message, "stdin") && message.stdin.length)
                writer.uint32(34).bytes(message.stdin);
            if (message.environment != null && $Object.hasOwnProperty.call(message, "environment"))
                for (let keys = $Object.keys(message.environment), i = 0; i < keys.length; ++i)
                    writer.uint32(42).fork().uint32(10).string(keys[i]).uint32(18).string(message.environment[keys[i]]).ldelim();
            if (message.gatewayId != null && $Object.hasOwnProperty.call(message, "gatewayId") && message.gatewayId !== "")
                writer.uint32(50).string(message.gatewayId);
            if (message.execId != null && $Object.hasOwnProperty.call(message, "execId") && message.execId !== 0)
                writer.uint32(56).uint32(message.execId);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GatewayCommandExecRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, key, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.GatewayCommandExecRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.command = value;
                        else
                            delete message.command;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.stdin = value;
                        else
                            delete message.stdin;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if (message.environment === $util.emptyObject)
                            message.environment = {};
                        let end2 = reader.size() + reader.pos;
                        if (end2 > reader.len)
                            throw $RangeError("index out of range");
                        reader.len = end2;
                        key = "";
                        value = "";
                        while (reader.pos < end2) {
                            let tag2 = reader.tag();
                            wireType = tag2 & 7;
                            switch (tag2 >>>= 3) {
                            case 1:
                                if (wireType !== 2)
                                    break;
                                key = reader.stringVerify();
                                continue;
                            case 2:
                                if (wireType !== 2)
                                    break;
                                value = reader.stringVerify();
                                continue;
                            }
                            reader.skipType(wireType, _depth, tag2);
                        }
                        if (reader.pos !== end2)
                            throw $RangeError("index out of range");
                        reader.len = end;
                        if (key === "__proto__")
                            $util.makeProp(message.environment, key);
                        message.environment[key] = value;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.gatewayId = value;
                        else
                            delete message.gatewayId;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.execId = value;
                        else
                            delete message.execId;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return GatewayCommandExecRequest;
    })();

    gw.GatewayCommandExecResponse = (function() {

        const GatewayCommandExecResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GatewayCommandExecResponse.prototype.stdout = $util.newBuffer([]);
        GatewayCommandExecResponse.prototype.stderr = $util.newBuffer([]);
        GatewayCommandExecResponse.prototype.error = "";
        GatewayCommandExecResponse.prototype.gatewayId = "";
        GatewayCommandExecResponse.prototype.execId = 0;

        GatewayCommandExecResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.stdout != null && $Object.hasOwnProperty.call(message, "stdout") && message.stdout.length)
                writer.uint32(26).bytes(message.stdout);
            if (message.stderr != null && $Object.hasOwnProperty.call(message, "stderr") && message.stderr.length)
                writer.uint32(34).bytes(message.stderr);
            if (message.error != null && $Object.hasOwnProperty.call(message, "error") && message.error !== "")
                writer.uint32(42).string(message.error);
            if (message.gatewayId != null && $Object.hasOwnProperty.call(message, "gatewayId") && message.gatewayId !== "")
                writer.uint32(50).string(message.gatewayId);
            if (message.execId != null && $Object.hasOwnProperty.call(message, "execId") && message.execId !== 0)
                writer.uint32(56).uint32(message.execId);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GatewayCommandExecResponse.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.GatewayCommandExecResponse();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.stdout = value;
                        else
                            delete message.stdout;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.stderr = value;
                        else
                            delete message.stderr;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.error = value;
                        else
                            delete message.error;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.gatewayId = value;
                        else
                            delete message.gatewayId;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.execId = value;
                        else
                            delete message.execId;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return GatewayCommandExecResponse;
    })();

    gw.ConnState = (function() {

        const ConnState = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ConnState.prototype.state = 0;
        ConnState.prototype.gatewayId = "";

        ConnState.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                writer.uint32(16).int32(message.state);
            if (message.gatewayId != null && $Object.hasOwnProperty.call(message, "gatewayId") && message.gatewayId !== "")
                writer.uint32(26).string(message.gatewayId);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ConnState.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.gw.ConnState();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.state = value;
                        else
                            delete message.state;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.gatewayId = value;
                        else
                            delete message.gatewayId;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        ConnState.State = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "OFFLINE"] = 0;
            values[valuesById[1] = "ONLINE"] = 1;
            return values;
        })();

        return ConnState;
    })();

    return gw;
})();

export {
  $root as default
};
