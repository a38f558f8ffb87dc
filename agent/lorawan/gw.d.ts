// Generated from gw.proto by `npm run generate`; do not edit.
import * as $protobuf from "protobufjs/minimal.js";

/** Namespace gw. */
export namespace gw {

    /**
     * Properties of a Timestamp.
     * @deprecated Use gw.Timestamp.$Properties instead.
     */
    interface ITimestamp extends gw.Timestamp.$Properties {
    }

    /** Represents a Timestamp. */
    class Timestamp {

        /**
         * Constructs a new Timestamp.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.Timestamp.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Timestamp seconds. */
        seconds: number;

        /** Timestamp nanos. */
        nanos: number;

        /**
         * Encodes the specified Timestamp message. Does not implicitly {@link gw.Timestamp.verify|verify} messages.
         * @param message Timestamp message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.Timestamp.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Timestamp message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.Timestamp & gw.Timestamp.$Shape} Timestamp
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.Timestamp & gw.Timestamp.$Shape;
    }

    namespace Timestamp {

        /** Properties of a Timestamp. */
        interface $Properties {

            /** Timestamp seconds */
            seconds?: (number|null);

            /** Timestamp nanos */
            nanos?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Timestamp. */
        type $Shape = gw.Timestamp.$Properties;
    }

    /**
     * Properties of a Duration.
     * @deprecated Use gw.Duration.$Properties instead.
     */
    interface IDuration extends gw.Duration.$Properties {
    }

    /** Represents a Duration. */
    class Duration {

        /**
         * Constructs a new Duration.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.Duration.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Duration seconds. */
        seconds: number;

        /** Duration nanos. */
        nanos: number;

        /**
         * Encodes the specified Duration message. Does not implicitly {@link gw.Duration.verify|verify} messages.
         * @param message Duration message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.Duration.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Duration message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.Duration & gw.Duration.$Shape} Duration
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.Duration & gw.Duration.$Shape;
    }

    namespace Duration {

        /** Properties of a Duration. */
        interface $Properties {

            /** Duration seconds */
            seconds?: (number|null);

            /** Duration nanos */
            nanos?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Duration. */
        type $Shape = gw.Duration.$Properties;
    }

    /** CodeRate enum. */
    enum CodeRate {

        /** CR_UNDEFINED value */
        CR_UNDEFINED = 0,

        /** CR_4_5 value */
        CR_4_5 = 1,

        /** CR_4_6 value */
        CR_4_6 = 2,

        /** CR_4_7 value */
        CR_4_7 = 3,

        /** CR_4_8 value */
        CR_4_8 = 4,

        /** CR_3_8 value */
        CR_3_8 = 5,

        /** CR_2_6 value */
        CR_2_6 = 6,

        /** CR_1_4 value */
        CR_1_4 = 7,

        /** CR_1_6 value */
        CR_1_6 = 8,

        /** CR_5_6 value */
        CR_5_6 = 9,

        /** CR_LI_4_5 value */
        CR_LI_4_5 = 10,

        /** CR_LI_4_6 value */
        CR_LI_4_6 = 11,

        /** CR_LI_4_8 value */
        CR_LI_4_8 = 12
    }

    /** CRCStatus enum. */
    enum CRCStatus {

        /** NO_CRC value */
        NO_CRC = 0,

        /** BAD_CRC value */
        BAD_CRC = 1,

        /** CRC_OK value */
        CRC_OK = 2
    }

    /** LocationSource enum. */
    enum LocationSource {

        /** UNKNOWN value */
        UNKNOWN = 0,

        /** GPS value */
        GPS = 1
    }

    /**
     * Properties of a Location.
     * @deprecated Use gw.Location.$Properties instead.
     */
    interface ILocation extends gw.Location.$Properties {
    }

    /** Represents a Location. */
    class Location {

        /**
         * Constructs a new Location.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.Location.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Location latitude. */
        latitude: number;

        /** Location longitude. */
        longitude: number;

        /** Location altitude. */
        altitude: number;

        /** Location source. */
        source: gw.LocationSource;

        /**
         * Encodes the specified Location message. Does not implicitly {@link gw.Location.verify|verify} messages.
         * @param message Location message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.Location.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Location message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.Location & gw.Location.$Shape} Location
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.Location & gw.Location.$Shape;
    }

    namespace Location {

        /** Properties of a Location. */
        interface $Properties {

            /** Location latitude */
            latitude?: (number|null);

            /** Location longitude */
            longitude?: (number|null);

            /** Location altitude */
            altitude?: (number|null);

            /** Location source */
            source?: (gw.LocationSource|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Location. */
        type $Shape = gw.Location.$Properties;
    }

    /**
     * Properties of a Modulation.
     * @deprecated Use gw.Modulation.$Properties instead.
     */
    interface IModulation extends gw.Modulation.$Properties {
    }

    /** Represents a Modulation. */
    class Modulation {

        /**
         * Constructs a new Modulation.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.Modulation.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Modulation lora. */
        lora?: (gw.LoraModulationInfo.$Properties|null);

        /** Modulation fsk. */
        fsk?: (gw.FskModulationInfo.$Properties|null);

        /** Modulation lrFhss. */
        lrFhss?: (gw.LrFhssModulationInfo.$Properties|null);

        /** Modulation parameters. */
        parameters?: ("lora"|"fsk"|"lrFhss");

        /**
         * Encodes the specified Modulation message. Does not implicitly {@link gw.Modulation.verify|verify} messages.
         * @param message Modulation message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.Modulation.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Modulation message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.Modulation & gw.Modulation.$Shape} Modulation
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.Modulation & gw.Modulation.$Shape;
    }

    namespace Modulation {

        /** Properties of a Modulation. */
        interface $Properties {

            /** Modulation lora */
            lora?: (gw.LoraModulationInfo.$Properties|null);

            /** Modulation fsk */
            fsk?: (gw.FskModulationInfo.$Properties|null);

            /** Modulation lrFhss */
            lrFhss?: (gw.LrFhssModulationInfo.$Properties|null);

            /** Modulation parameters */
            parameters?: ("lora"|"fsk"|"lrFhss");

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Narrowed shape of a Modulation. */
        type $Shape = {
          lora?: gw.LoraModulationInfo.$Shape|null;
          fsk?: gw.FskModulationInfo.$Shape|null;
          lrFhss?: gw.LrFhssModulationInfo.$Shape|null;
          $unknowns?: Uint8Array[];
        } & (
          ({ parameters?: undefined; lora?: null; fsk?: null; lrFhss?: null }|{ parameters?: "lora"; lora: gw.LoraModulationInfo.$Shape; fsk?: null; lrFhss?: null }|{ parameters?: "fsk"; lora?: null; fsk: gw.FskModulationInfo.$Shape; lrFhss?: null }|{ parameters?: "lrFhss"; lora?: null; fsk?: null; lrFhss: gw.LrFhssModulationInfo.$Shape })
        );
    }

    /**
     * Properties of a LoraModulationInfo.
     * @deprecated Use gw.LoraModulationInfo.$Properties instead.
     */
    interface ILoraModulationInfo extends gw.LoraModulationInfo.$Properties {
    }

    /** Represents a LoraModulationInfo. */
    class LoraModulationInfo {

        /**
         * Constructs a new LoraModulationInfo.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.LoraModulationInfo.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** LoraModulationInfo bandwidth. */
        bandwidth: number;

        /** LoraModulationInfo spreadingFactor. */
        spreadingFactor: number;

        /** LoraModulationInfo codeRate. */
        codeRate: gw.CodeRate;

        /** LoraModulationInfo polarizationInversion. */
        polarizationInversion: boolean;

        /** LoraModulationInfo preamble. */
        preamble: number;

        /** LoraModulationInfo noCrc. */
        noCrc: boolean;

        /**
         * Encodes the specified LoraModulationInfo message. Does not implicitly {@link gw.LoraModulationInfo.verify|verify} messages.
         * @param message LoraModulationInfo message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.LoraModulationInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a LoraModulationInfo message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.LoraModulationInfo & gw.LoraModulationInfo.$Shape} LoraModulationInfo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.LoraModulationInfo & gw.LoraModulationInfo.$Shape;
    }

    namespace LoraModulationInfo {

        /** Properties of a LoraModulationInfo. */
        interface $Properties {

            /** LoraModulationInfo bandwidth */
            bandwidth?: (number|null);

            /** LoraModulationInfo spreadingFactor */
            spreadingFactor?: (number|null);

            /** LoraModulationInfo codeRate */
            codeRate?: (gw.CodeRate|null);

            /** LoraModulationInfo polarizationInversion */
            polarizationInversion?: (boolean|null);

            /** LoraModulationInfo preamble */
            preamble?: (number|null);

            /** LoraModulationInfo noCrc */
            noCrc?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a LoraModulationInfo. */
        type $Shape = gw.LoraModulationInfo.$Properties;
    }

    /**
     * Properties of a FskModulationInfo.
     * @deprecated Use gw.FskModulationInfo.$Properties instead.
     */
    interface IFskModulationInfo extends gw.FskModulationInfo.$Properties {
    }

    /** Represents a FskModulationInfo. */
    class FskModulationInfo {

        /**
         * Constructs a new FskModulationInfo.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.FskModulationInfo.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** FskModulationInfo frequencyDeviation. */
        frequencyDeviation: number;

        /** FskModulationInfo datarate. */
        datarate: number;

        /**
         * Encodes the specified FskModulationInfo message. Does not implicitly {@link gw.FskModulationInfo.verify|verify} messages.
         * @param message FskModulationInfo message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.FskModulationInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a FskModulationInfo message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.FskModulationInfo & gw.FskModulationInfo.$Shape} FskModulationInfo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.FskModulationInfo & gw.FskModulationInfo.$Shape;
    }

    namespace FskModulationInfo {

        /** Properties of a FskModulationInfo. */
        interface $Properties {

            /** FskModulationInfo frequencyDeviation */
            frequencyDeviation?: (number|null);

            /** FskModulationInfo datarate */
            datarate?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a FskModulationInfo. */
        type $Shape = gw.FskModulationInfo.$Properties;
    }

    /**
     * Properties of a LrFhssModulationInfo.
     * @deprecated Use gw.LrFhssModulationInfo.$Properties instead.
     */
    interface ILrFhssModulationInfo extends gw.LrFhssModulationInfo.$Properties {
    }

    /** Represents a LrFhssModulationInfo. */
    class LrFhssModulationInfo {

        /**
         * Constructs a new LrFhssModulationInfo.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.LrFhssModulationInfo.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** LrFhssModulationInfo operatingChannelWidth. */
        operatingChannelWidth: number;

        /** LrFhssModulationInfo gridSteps. */
        gridSteps: number;

        /** LrFhssModulationInfo codeRate. */
        codeRate: gw.CodeRate;

        /**
         * Encodes the specified LrFhssModulationInfo message. Does not implicitly {@link gw.LrFhssModulationInfo.verify|verify} messages.
         * @param message LrFhssModulationInfo message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.LrFhssModulationInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a LrFhssModulationInfo message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.LrFhssModulationInfo & gw.LrFhssModulationInfo.$Shape} LrFhssModulationInfo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.LrFhssModulationInfo & gw.LrFhssModulationInfo.$Shape;
    }

    namespace LrFhssModulationInfo {

        /** Properties of a LrFhssModulationInfo. */
        interface $Properties {

            /** LrFhssModulationInfo operatingChannelWidth */
            operatingChannelWidth?: (number|null);

            /** LrFhssModulationInfo gridSteps */
            gridSteps?: (number|null);

            /** LrFhssModulationInfo codeRate */
            codeRate?: (gw.CodeRate|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a LrFhssModulationInfo. */
        type $Shape = gw.LrFhssModulationInfo.$Properties;
    }

    /**
     * Properties of an UplinkTxInfo.
     * @deprecated Use gw.UplinkTxInfo.$Properties instead.
     */
    interface IUplinkTxInfo extends gw.UplinkTxInfo.$Properties {
    }

    /** Represents an UplinkTxInfo. */
    class UplinkTxInfo {

        /**
         * Constructs a new UplinkTxInfo.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.UplinkTxInfo.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** UplinkTxInfo frequency. */
        frequency: number;

        /** UplinkTxInfo modulation. */
        modulation?: (gw.Modulation.$Properties|null);

        /**
         * Encodes the specified UplinkTxInfo message. Does not implicitly {@link gw.UplinkTxInfo.verify|verify} messages.
         * @param message UplinkTxInfo message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.UplinkTxInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an UplinkTxInfo message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.UplinkTxInfo & gw.UplinkTxInfo.$Shape} UplinkTxInfo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.UplinkTxInfo & gw.UplinkTxInfo.$Shape;
    }

    namespace UplinkTxInfo {

        /** Properties of an UplinkTxInfo. */
        interface $Properties {

            /** UplinkTxInfo frequency */
            frequency?: (number|null);

            /** UplinkTxInfo modulation */
            modulation?: (gw.Modulation.$Properties|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an UplinkTxInfo. */
        type $Shape = {
          frequency?: number|null;
          modulation?: gw.Modulation.$Shape|null;
          $unknowns?: Uint8Array[];
        };
    }

    /**
     * Properties of an UplinkRxInfo.
     * @deprecated Use gw.UplinkRxInfo.$Properties instead.
     */
    interface IUplinkRxInfo extends gw.UplinkRxInfo.$Properties {
    }

    /** Represents an UplinkRxInfo. */
    class UplinkRxInfo {

        /**
         * Constructs a new UplinkRxInfo.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.UplinkRxInfo.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** UplinkRxInfo gatewayId. */
        gatewayId: string;

        /** UplinkRxInfo uplinkId. */
        uplinkId: number;

        /** UplinkRxInfo gwTime. */
        gwTime?: (gw.Timestamp.$Properties|null);

        /** UplinkRxInfo timeSinceGpsEpoch. */
        timeSinceGpsEpoch?: (gw.Duration.$Properties|null);

        /** UplinkRxInfo fineTimeSinceGpsEpoch. */
        fineTimeSinceGpsEpoch?: (gw.Duration.$Properties|null);

        /** UplinkRxInfo rssi. */
        rssi: number;

        /** UplinkRxInfo snr. */
        snr: number;

        /** UplinkRxInfo channel. */
        channel: number;

        /** UplinkRxInfo rfChain. */
        rfChain: number;

        /** UplinkRxInfo board. */
        board: number;

        /** UplinkRxInfo antenna. */
        antenna: number;

        /** UplinkRxInfo context. */
        context: Uint8Array;

        /** UplinkRxInfo metadata. */
        metadata: { [k: string]: string };

        /** UplinkRxInfo crcStatus. */
        crcStatus: gw.CRCStatus;

        /**
         * Encodes the specified UplinkRxInfo message. Does not implicitly {@link gw.UplinkRxInfo.verify|verify} messages.
         * @param message UplinkRxInfo message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.UplinkRxInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an UplinkRxInfo message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.UplinkRxInfo & gw.UplinkRxInfo.$Shape} UplinkRxInfo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.UplinkRxInfo & gw.UplinkRxInfo.$Shape;
    }

    namespace UplinkRxInfo {

        /** Properties of an UplinkRxInfo. */
        interface $Properties {

            /** UplinkRxInfo gatewayId */
            gatewayId?: (string|null);

            /** UplinkRxInfo uplinkId */
            uplinkId?: (number|null);

            /** UplinkRxInfo gwTime */
            gwTime?: (gw.Timestamp.$Properties|null);

            /** UplinkRxInfo timeSinceGpsEpoch */
            timeSinceGpsEpoch?: (gw.Duration.$Properties|null);

            /** UplinkRxInfo fineTimeSinceGpsEpoch */
            fineTimeSinceGpsEpoch?: (gw.Duration.$Properties|null);

            /** UplinkRxInfo rssi */
            rssi?: (number|null);

            /** UplinkRxInfo snr */
            snr?: (number|null);

            /** UplinkRxInfo channel */
            channel?: (number|null);

            /** UplinkRxInfo rfChain */
            rfChain?: (number|null);

            /** UplinkRxInfo board */
            board?: (number|null);

            /** UplinkRxInfo antenna */
            antenna?: (number|null);

            /** UplinkRxInfo context */
            context?: (Uint8Array|null);

            /** UplinkRxInfo metadata */
            metadata?: ({ [k: string]: string }|null);

            /** UplinkRxInfo crcStatus */
            crcStatus?: (gw.CRCStatus|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an UplinkRxInfo. */
        type $Shape = gw.UplinkRxInfo.$Properties;
    }

    /**
     * Properties of an UplinkFrame.
     * @deprecated Use gw.UplinkFrame.$Properties instead.
     */
    interface IUplinkFrame extends gw.UplinkFrame.$Properties {
    }

    /** Represents an UplinkFrame. */
    class UplinkFrame {

        /**
         * Constructs a new UplinkFrame.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.UplinkFrame.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** UplinkFrame phyPayload. */
        phyPayload: Uint8Array;

        /** UplinkFrame txInfo. */
        txInfo?: (gw.UplinkTxInfo.$Properties|null);

        /** UplinkFrame rxInfo. */
        rxInfo?: (gw.UplinkRxInfo.$Properties|null);

        /**
         * Encodes the specified UplinkFrame message. Does not implicitly {@link gw.UplinkFrame.verify|verify} messages.
         * @param message UplinkFrame message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.UplinkFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an UplinkFrame message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.UplinkFrame & gw.UplinkFrame.$Shape} UplinkFrame
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.UplinkFrame & gw.UplinkFrame.$Shape;
    }

    namespace UplinkFrame {

        /** Properties of an UplinkFrame. */
        interface $Properties {

            /** UplinkFrame phyPayload */
            phyPayload?: (Uint8Array|null);

            /** UplinkFrame txInfo */
            txInfo?: (gw.UplinkTxInfo.$Properties|null);

            /** UplinkFrame rxInfo */
            rxInfo?: (gw.UplinkRxInfo.$Properties|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an UplinkFrame. */
        type $Shape = {
          phyPayload?: Uint8Array|null;
          txInfo?: gw.UplinkTxInfo.$Shape|null;
          rxInfo?: gw.UplinkRxInfo.$Shape|null;
          $unknowns?: Uint8Array[];
        };
    }

    /**
     * Properties of a PerModulationCount.
     * @deprecated Use gw.PerModulationCount.$Properties instead.
     */
    interface IPerModulationCount extends gw.PerModulationCount.$Properties {
    }

    /** Represents a PerModulationCount. */
    class PerModulationCount {

        /**
         * Constructs a new PerModulationCount.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.PerModulationCount.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** PerModulationCount modulation. */
        modulation?: (gw.Modulation.$Properties|null);

        /** PerModulationCount count. */
        count: number;

        /**
         * Encodes the specified PerModulationCount message. Does not implicitly {@link gw.PerModulationCount.verify|verify} messages.
         * @param message PerModulationCount message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.PerModulationCount.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a PerModulationCount message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.PerModulationCount & gw.PerModulationCount.$Shape} PerModulationCount
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.PerModulationCount & gw.PerModulationCount.$Shape;
    }

    namespace PerModulationCount {

        /** Properties of a PerModulationCount. */
        interface $Properties {

            /** PerModulationCount modulation */
            modulation?: (gw.Modulation.$Properties|null);

            /** PerModulationCount count */
            count?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a PerModulationCount. */
        type $Shape = {
          modulation?: gw.Modulation.$Shape|null;
          count?: number|null;
          $unknowns?: Uint8Array[];
        };
    }

    /**
     * Properties of a GatewayStats.
     * @deprecated Use gw.GatewayStats.$Properties instead.
     */
    interface IGatewayStats extends gw.GatewayStats.$Properties {
    }

    /** Represents a GatewayStats. */
    class GatewayStats {

        /**
         * Constructs a new GatewayStats.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.GatewayStats.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** GatewayStats gatewayId. */
        gatewayId: string;

        /** GatewayStats time. */
        time?: (gw.Timestamp.$Properties|null);

        /** GatewayStats location. */
        location?: (gw.Location.$Properties|null);

        /** GatewayStats configVersion. */
        configVersion: string;

        /** GatewayStats rxPacketsReceived. */
        rxPacketsReceived: number;

        /** GatewayStats rxPacketsReceivedOk. */
        rxPacketsReceivedOk: number;

        /** GatewayStats txPacketsReceived. */
        txPacketsReceived: number;

        /** GatewayStats txPacketsEmitted. */
        txPacketsEmitted: number;

        /** GatewayStats metadata. */
        metadata: { [k: string]: string };

        /** GatewayStats txPacketsPerFrequency. */
        txPacketsPerFrequency: { [k: string]: number };

        /** GatewayStats rxPacketsPerFrequency. */
        rxPacketsPerFrequency: { [k: string]: number };

        /** GatewayStats txPacketsPerModulation. */
        txPacketsPerModulation: gw.PerModulationCount.$Properties[];

        /** GatewayStats rxPacketsPerModulation. */
        rxPacketsPerModulation: gw.PerModulationCount.$Properties[];

        /** GatewayStats txPacketsPerStatus. */
        txPacketsPerStatus: { [k: string]: number };

        /**
         * Encodes the specified GatewayStats message. Does not implicitly {@link gw.GatewayStats.verify|verify} messages.
         * @param message GatewayStats message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.GatewayStats.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a GatewayStats message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.GatewayStats & gw.GatewayStats.$Shape} GatewayStats
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.GatewayStats & gw.GatewayStats.$Shape;
    }

    namespace GatewayStats {

        /** Properties of a GatewayStats. */
        interface $Properties {

            /** GatewayStats gatewayId */
            gatewayId?: (string|null);

            /** GatewayStats time */
            time?: (gw.Timestamp.$Properties|null);

            /** GatewayStats location */
            location?: (gw.Location.$Properties|null);

            /** GatewayStats configVersion */
            configVersion?: (string|null);

            /** GatewayStats rxPacketsReceived */
            rxPacketsReceived?: (number|null);

            /** GatewayStats rxPacketsReceivedOk */
            rxPacketsReceivedOk?: (number|null);

            /** GatewayStats txPacketsReceived */
            txPacketsReceived?: (number|null);

            /** GatewayStats txPacketsEmitted */
            txPacketsEmitted?: (number|null);

            /** GatewayStats metadata */
            metadata?: ({ [k: string]: string }|null);

            /** GatewayStats txPacketsPerFrequency */
            txPacketsPerFrequency?: ({ [k: string]: number }|null);

            /** GatewayStats rxPacketsPerFrequency */
            rxPacketsPerFrequency?: ({ [k: string]: number }|null);

            /** GatewayStats txPacketsPerModulation */
            txPacketsPerModulation?: (gw.PerModulationCount.$Properties[]|null);

            /** GatewayStats rxPacketsPerModulation */
            rxPacketsPerModulation?: (gw.PerModulationCount.$Properties[]|null);

            /** GatewayStats txPacketsPerStatus */
            txPacketsPerStatus?: ({ [k: string]: number }|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a GatewayStats. */
        type $Shape = {
          gatewayId?: string|null;
          time?: gw.Timestamp.$Shape|null;
          location?: gw.Location.$Shape|null;
          configVersion?: string|null;
          rxPacketsReceived?: number|null;
          rxPacketsReceivedOk?: number|null;
          txPacketsReceived?: number|null;
          txPacketsEmitted?: number|null;
          metadata?: { [k: string]: string }|null;
          txPacketsPerFrequency?: { [k: string]: number }|null;
          rxPacketsPerFrequency?: { [k: string]: number }|null;
          txPacketsPerModulation?: gw.PerModulationCount.$Shape[]|null;
          rxPacketsPerModulation?: gw.PerModulationCount.$Shape[]|null;
          txPacketsPerStatus?: { [k: string]: number }|null;
          $unknowns?: Uint8Array[];
        };
    }

    /**
     * Properties of an ImmediatelyTimingInfo.
     * @deprecated Use gw.ImmediatelyTimingInfo.$Properties instead.
     */
    interface IImmediatelyTimingInfo extends gw.ImmediatelyTimingInfo.$Properties {
    }

    /** Represents an ImmediatelyTimingInfo. */
    class ImmediatelyTimingInfo {

        /**
         * Constructs a new ImmediatelyTimingInfo.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.ImmediatelyTimingInfo.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /**
         * Encodes the specified ImmediatelyTimingInfo message. Does not implicitly {@link gw.ImmediatelyTimingInfo.verify|verify} messages.
         * @param message ImmediatelyTimingInfo message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.ImmediatelyTimingInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an ImmediatelyTimingInfo message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.ImmediatelyTimingInfo & gw.ImmediatelyTimingInfo.$Shape} ImmediatelyTimingInfo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.ImmediatelyTimingInfo & gw.ImmediatelyTimingInfo.$Shape;
    }

    namespace ImmediatelyTimingInfo {

        /** Properties of an ImmediatelyTimingInfo. */
        interface $Properties {

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an ImmediatelyTimingInfo. */
        type $Shape = gw.ImmediatelyTimingInfo.$Properties;
    }

    /**
     * Properties of a DelayTimingInfo.
     * @deprecated Use gw.DelayTimingInfo.$Properties instead.
     */
    interface IDelayTimingInfo extends gw.DelayTimingInfo.$Properties {
    }

    /** Represents a DelayTimingInfo. */
    class DelayTimingInfo {

        /**
         * Constructs a new DelayTimingInfo.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.DelayTimingInfo.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** DelayTimingInfo delay. */
        delay?: (gw.Duration.$Properties|null);

        /**
         * Encodes the specified DelayTimingInfo message. Does not implicitly {@link gw.DelayTimingInfo.verify|verify} messages.
         * @param message DelayTimingInfo message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.DelayTimingInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a DelayTimingInfo message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.DelayTimingInfo & gw.DelayTimingInfo.$Shape} DelayTimingInfo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.DelayTimingInfo & gw.DelayTimingInfo.$Shape;
    }

    namespace DelayTimingInfo {

        /** Properties of a DelayTimingInfo. */
        interface $Properties {

            /** DelayTimingInfo delay */
            delay?: (gw.Duration.$Properties|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a DelayTimingInfo. */
        type $Shape = gw.DelayTimingInfo.$Properties;
    }

    /**
     * Properties of a GPSEpochTimingInfo.
     * @deprecated Use gw.GPSEpochTimingInfo.$Properties instead.
     */
    interface IGPSEpochTimingInfo extends gw.GPSEpochTimingInfo.$Properties {
    }

    /** Represents a GPSEpochTimingInfo. */
    class GPSEpochTimingInfo {

        /**
         * Constructs a new GPSEpochTimingInfo.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.GPSEpochTimingInfo.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** GPSEpochTimingInfo timeSinceGpsEpoch. */
        timeSinceGpsEpoch?: (gw.Duration.$Properties|null);

        /**
         * Encodes the specified GPSEpochTimingInfo message. Does not implicitly {@link gw.GPSEpochTimingInfo.verify|verify} messages.
         * @param message GPSEpochTimingInfo message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.GPSEpochTimingInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a GPSEpochTimingInfo message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.GPSEpochTimingInfo & gw.GPSEpochTimingInfo.$Shape} GPSEpochTimingInfo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.GPSEpochTimingInfo & gw.GPSEpochTimingInfo.$Shape;
    }

    namespace GPSEpochTimingInfo {

        /** Properties of a GPSEpochTimingInfo. */
        interface $Properties {

            /** GPSEpochTimingInfo timeSinceGpsEpoch */
            timeSinceGpsEpoch?: (gw.Duration.$Properties|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a GPSEpochTimingInfo. */
        type $Shape = gw.GPSEpochTimingInfo.$Properties;
    }

    /**
     * Properties of a Timing.
     * @deprecated Use gw.Timing.$Properties instead.
     */
    interface ITiming extends gw.Timing.$Properties {
    }

    /** Represents a Timing. */
    class Timing {

        /**
         * Constructs a new Timing.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.Timing.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Timing immediately. */
        immediately?: (gw.ImmediatelyTimingInfo.$Properties|null);

        /** Timing delay. */
        delay?: (gw.DelayTimingInfo.$Properties|null);

        /** Timing gpsEpoch. */
        gpsEpoch?: (gw.GPSEpochTimingInfo.$Properties|null);

        /** Timing parameters. */
        parameters?: ("immediately"|"delay"|"gpsEpoch");

        /**
         * Encodes the specified Timing message. Does not implicitly {@link gw.Timing.verify|verify} messages.
         * @param message Timing message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.Timing.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Timing message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.Timing & gw.Timing.$Shape} Timing
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.Timing & gw.Timing.$Shape;
    }

    namespace Timing {

        /** Properties of a Timing. */
        interface $Properties {

            /** Timing immediately */
            immediately?: (gw.ImmediatelyTimingInfo.$Properties|null);

            /** Timing delay */
            delay?: (gw.DelayTimingInfo.$Properties|null);

            /** Timing gpsEpoch */
            gpsEpoch?: (gw.GPSEpochTimingInfo.$Properties|null);

            /** Timing parameters */
            parameters?: ("immediately"|"delay"|"gpsEpoch");

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Narrowed shape of a Timing. */
        type $Shape = {
          immediately?: gw.ImmediatelyTimingInfo.$Shape|null;
          delay?: gw.DelayTimingInfo.$Shape|null;
          gpsEpoch?: gw.GPSEpochTimingInfo.$Shape|null;
          $unknowns?: Uint8Array[];
        } & (
          ({ parameters?: undefined; immediately?: null; delay?: null; gpsEpoch?: null }|{ parameters?: "immediately"; immediately: gw.ImmediatelyTimingInfo.$Shape; delay?: null; gpsEpoch?: null }|{ parameters?: "delay"; immediately?: null; delay: gw.DelayTimingInfo.$Shape; gpsEpoch?: null }|{ parameters?: "gpsEpoch"; immediately?: null; delay?: null; gpsEpoch: gw.GPSEpochTimingInfo.$Shape })
        );
    }

    /**
     * Properties of a DownlinkTxInfo.
     * @deprecated Use gw.DownlinkTxInfo.$Properties instead.
     */
    interface IDownlinkTxInfo extends gw.DownlinkTxInfo.$Properties {
    }

    /** Represents a DownlinkTxInfo. */
    class DownlinkTxInfo {

        /**
         * Constructs a new DownlinkTxInfo.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.DownlinkTxInfo.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** DownlinkTxInfo frequency. */
        frequency: number;

        /** DownlinkTxInfo power. */
        power: number;

        /** DownlinkTxInfo modulation. */
        modulation?: (gw.Modulation.$Properties|null);

        /** DownlinkTxInfo board. */
        board: number;

        /** DownlinkTxInfo antenna. */
        antenna: number;

        /** DownlinkTxInfo timing. */
        timing?: (gw.Timing.$Properties|null);

        /** DownlinkTxInfo context. */
        context: Uint8Array;

        /**
         * Encodes the specified DownlinkTxInfo message. Does not implicitly {@link gw.DownlinkTxInfo.verify|verify} messages.
         * @param message DownlinkTxInfo message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.DownlinkTxInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a DownlinkTxInfo message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.DownlinkTxInfo & gw.DownlinkTxInfo.$Shape} DownlinkTxInfo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.DownlinkTxInfo & gw.DownlinkTxInfo.$Shape;
    }

    namespace DownlinkTxInfo {

        /** Properties of a DownlinkTxInfo. */
        interface $Properties {

            /** DownlinkTxInfo frequency */
            frequency?: (number|null);

            /** DownlinkTxInfo power */
            power?: (number|null);

            /** DownlinkTxInfo modulation */
            modulation?: (gw.Modulation.$Properties|null);

            /** DownlinkTxInfo board */
            board?: (number|null);

            /** DownlinkTxInfo antenna */
            antenna?: (number|null);

            /** DownlinkTxInfo timing */
            timing?: (gw.Timing.$Properties|null);

            /** DownlinkTxInfo context */
            context?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a DownlinkTxInfo. */
        type $Shape = {
          frequency?: number|null;
          power?: number|null;
          modulation?: gw.Modulation.$Shape|null;
          board?: number|null;
          antenna?: number|null;
          timing?: gw.Timing.$Shape|null;
          context?: Uint8Array|null;
          $unknowns?: Uint8Array[];
        };
    }

    /**
     * Properties of a DownlinkFrameItem.
     * @deprecated Use gw.DownlinkFrameItem.$Properties instead.
     */
    interface IDownlinkFrameItem extends gw.DownlinkFrameItem.$Properties {
    }

    /** Represents a DownlinkFrameItem. */
    class DownlinkFrameItem {

        /**
         * Constructs a new DownlinkFrameItem.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.DownlinkFrameItem.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** DownlinkFrameItem phyPayload. */
        phyPayload: Uint8Array;

        /** DownlinkFrameItem txInfo. */
        txInfo?: (gw.DownlinkTxInfo.$Properties|null);

        /**
         * Encodes the specified DownlinkFrameItem message. Does not implicitly {@link gw.DownlinkFrameItem.verify|verify} messages.
         * @param message DownlinkFrameItem message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.DownlinkFrameItem.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a DownlinkFrameItem message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.DownlinkFrameItem & gw.DownlinkFrameItem.$Shape} DownlinkFrameItem
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.DownlinkFrameItem & gw.DownlinkFrameItem.$Shape;
    }

    namespace DownlinkFrameItem {

        /** Properties of a DownlinkFrameItem. */
        interface $Properties {

            /** DownlinkFrameItem phyPayload */
            phyPayload?: (Uint8Array|null);

            /** DownlinkFrameItem txInfo */
            txInfo?: (gw.DownlinkTxInfo.$Properties|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a DownlinkFrameItem. */
        type $Shape = {
          phyPayload?: Uint8Array|null;
          txInfo?: gw.DownlinkTxInfo.$Shape|null;
          $unknowns?: Uint8Array[];
        };
    }

    /**
     * Properties of a DownlinkFrame.
     * @deprecated Use gw.DownlinkFrame.$Properties instead.
     */
    interface IDownlinkFrame extends gw.DownlinkFrame.$Properties {
    }

    /** Represents a DownlinkFrame. */
    class DownlinkFrame {

        /**
         * Constructs a new DownlinkFrame.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.DownlinkFrame.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** DownlinkFrame downlinkId. */
        downlinkId: number;

        /** DownlinkFrame items. */
        items: gw.DownlinkFrameItem.$Properties[];

        /** DownlinkFrame gatewayId. */
        gatewayId: string;

        /**
         * Encodes the specified DownlinkFrame message. Does not implicitly {@link gw.DownlinkFrame.verify|verify} messages.
         * @param message DownlinkFrame message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.DownlinkFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a DownlinkFrame message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.DownlinkFrame & gw.DownlinkFrame.$Shape} DownlinkFrame
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.DownlinkFrame & gw.DownlinkFrame.$Shape;
    }

    namespace DownlinkFrame {

        /** Properties of a DownlinkFrame. */
        interface $Properties {

            /** DownlinkFrame downlinkId */
            downlinkId?: (number|null);

            /** DownlinkFrame items */
            items?: (gw.DownlinkFrameItem.$Properties[]|null);

            /** DownlinkFrame gatewayId */
            gatewayId?: (string|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a DownlinkFrame. */
        type $Shape = {
          downlinkId?: number|null;
          items?: gw.DownlinkFrameItem.$Shape[]|null;
          gatewayId?: string|null;
          $unknowns?: Uint8Array[];
        };
    }

    /** TxAckStatus enum. */
    enum TxAckStatus {

        /** IGNORED value */
        IGNORED = 0,

        /** OK value */
        OK = 1,

        /** TOO_LATE value */
        TOO_LATE = 2,

        /** TOO_EARLY value */
        TOO_EARLY = 3,

        /** COLLISION_PACKET value */
        COLLISION_PACKET = 4,

        /** COLLISION_BEACON value */
        COLLISION_BEACON = 5,

        /** TX_FREQ value */
        TX_FREQ = 6,

        /** TX_POWER value */
        TX_POWER = 7,

        /** GPS_UNLOCKED value */
        GPS_UNLOCKED = 8,

        /** QUEUE_FULL value */
        QUEUE_FULL = 9,

        /** INTERNAL_ERROR value */
        INTERNAL_ERROR = 10,

        /** DUTY_CYCLE_OVERFLOW value */
        DUTY_CYCLE_OVERFLOW = 11
    }

    /**
     * Properties of a DownlinkTxAckItem.
     * @deprecated Use gw.DownlinkTxAckItem.$Properties instead.
     */
    interface IDownlinkTxAckItem extends gw.DownlinkTxAckItem.$Properties {
    }

    /** Represents a DownlinkTxAckItem. */
    class DownlinkTxAckItem {

        /**
         * Constructs a new DownlinkTxAckItem.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.DownlinkTxAckItem.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** DownlinkTxAckItem status. */
        status: gw.TxAckStatus;

        /**
         * Encodes the specified DownlinkTxAckItem message. Does not implicitly {@link gw.DownlinkTxAckItem.verify|verify} messages.
         * @param message DownlinkTxAckItem message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.DownlinkTxAckItem.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a DownlinkTxAckItem message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.DownlinkTxAckItem & gw.DownlinkTxAckItem.$Shape} DownlinkTxAckItem
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.DownlinkTxAckItem & gw.DownlinkTxAckItem.$Shape;
    }

    namespace DownlinkTxAckItem {

        /** Properties of a DownlinkTxAckItem. */
        interface $Properties {

            /** DownlinkTxAckItem status */
            status?: (gw.TxAckStatus|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a DownlinkTxAckItem. */
        type $Shape = gw.DownlinkTxAckItem.$Properties;
    }

    /**
     * Properties of a DownlinkTxAck.
     * @deprecated Use gw.DownlinkTxAck.$Properties instead.
     */
    interface IDownlinkTxAck extends gw.DownlinkTxAck.$Properties {
    }

    /** Represents a DownlinkTxAck. */
    class DownlinkTxAck {

        /**
         * Constructs a new DownlinkTxAck.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.DownlinkTxAck.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** DownlinkTxAck downlinkId. */
        downlinkId: number;

        /** DownlinkTxAck items. */
        items: gw.DownlinkTxAckItem.$Properties[];

        /** DownlinkTxAck gatewayId. */
        gatewayId: string;

        /**
         * Encodes the specified DownlinkTxAck message. Does not implicitly {@link gw.DownlinkTxAck.verify|verify} messages.
         * @param message DownlinkTxAck message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.DownlinkTxAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a DownlinkTxAck message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.DownlinkTxAck & gw.DownlinkTxAck.$Shape} DownlinkTxAck
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.DownlinkTxAck & gw.DownlinkTxAck.$Shape;
    }

    namespace DownlinkTxAck {

        /** Properties of a DownlinkTxAck. */
        interface $Properties {

            /** DownlinkTxAck downlinkId */
            downlinkId?: (number|null);

            /** DownlinkTxAck items */
            items?: (gw.DownlinkTxAckItem.$Properties[]|null);

            /** DownlinkTxAck gatewayId */
            gatewayId?: (string|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a DownlinkTxAck. */
        type $Shape = gw.DownlinkTxAck.$Properties;
    }

    /**
     * Properties of a GatewayConfiguration.
     * @deprecated Use gw.GatewayConfiguration.$Properties instead.
     */
    interface IGatewayConfiguration extends gw.GatewayConfiguration.$Properties {
    }

    /** Represents a GatewayConfiguration. */
    class GatewayConfiguration {

        /**
         * Constructs a new GatewayConfiguration.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.GatewayConfiguration.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** GatewayConfiguration version. */
        version: string;

        /** GatewayConfiguration statsInterval. */
        statsInterval?: (gw.Duration.$Properties|null);

        /** GatewayConfiguration gatewayId. */
        gatewayId: string;

        /**
         * Encodes the specified GatewayConfiguration message. Does not implicitly {@link gw.GatewayConfiguration.verify|verify} messages.
         * @param message GatewayConfiguration message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.GatewayConfiguration.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a GatewayConfiguration message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.GatewayConfiguration & gw.GatewayConfiguration.$Shape} GatewayConfiguration
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.GatewayConfiguration & gw.GatewayConfiguration.$Shape;
    }

    namespace GatewayConfiguration {

        /** Properties of a GatewayConfiguration. */
        interface $Properties {

            /** GatewayConfiguration version */
            version?: (string|null);

            /** GatewayConfiguration statsInterval */
            statsInterval?: (gw.Duration.$Properties|null);

            /** GatewayConfiguration gatewayId */
            gatewayId?: (string|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a GatewayConfiguration. */
        type $Shape = gw.GatewayConfiguration.$Properties;
    }

    /**
     * Properties of a GatewayCommandExecRequest.
     * @deprecated Use gw.GatewayCommandExecRequest.$Properties instead.
     */
    interface IGatewayCommandExecRequest extends gw.GatewayCommandExecRequest.$Properties {
    }

    /** Represents a GatewayCommandExecRequest. */
    class GatewayCommandExecRequest {

        /**
         * Constructs a new GatewayCommandExecRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.GatewayCommandExecRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** GatewayCommandExecRequest command. */
        command: string;

        /** GatewayCommandExecRequest stdin. */
        stdin: Uint8Array;

        /** GatewayCommandExecRequest environment. */
        environment: { [k: string]: string };

        /** GatewayCommandExecRequest gatewayId. */
        gatewayId: string;

        /** GatewayCommandExecRequest execId. */
        execId: number;

        /**
         * Encodes the specified GatewayCommandExecRequest message. Does not implicitly {@link gw.GatewayCommandExecRequest.verify|verify} messages.
         * @param message GatewayCommandExecRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.GatewayCommandExecRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a GatewayCommandExecRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.GatewayCommandExecRequest & gw.GatewayCommandExecRequest.$Shape} GatewayCommandExecRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.GatewayCommandExecRequest & gw.GatewayCommandExecRequest.$Shape;
    }

    namespace GatewayCommandExecRequest {

        /** Properties of a GatewayCommandExecRequest. */
        interface $Properties {

            /** GatewayCommandExecRequest command */
            command?: (string|null);

            /** GatewayCommandExecRequest stdin */
            stdin?: (Uint8Array|null);

            /** GatewayCommandExecRequest environment */
            environment?: ({ [k: string]: string }|null);

            /** GatewayCommandExecRequest gatewayId */
            gatewayId?: (string|null);

            /** GatewayCommandExecRequest execId */
            execId?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a GatewayCommandExecRequest. */
        type $Shape = gw.GatewayCommandExecRequest.$Properties;
    }

    /**
     * Properties of a GatewayCommandExecResponse.
     * @deprecated Use gw.GatewayCommandExecResponse.$Properties instead.
     */
    interface IGatewayCommandExecResponse extends gw.GatewayCommandExecResponse.$Properties {
    }

    /** Represents a GatewayCommandExecResponse. */
    class GatewayCommandExecResponse {

        /**
         * Constructs a new GatewayCommandExecResponse.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.GatewayCommandExecResponse.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** GatewayCommandExecResponse stdout. */
        stdout: Uint8Array;

        /** GatewayCommandExecResponse stderr. */
        stderr: Uint8Array;

        /** GatewayCommandExecResponse error. */
        error: string;

        /** GatewayCommandExecResponse gatewayId. */
        gatewayId: string;

        /** GatewayCommandExecResponse execId. */
        execId: number;

        /**
         * Encodes the specified GatewayCommandExecResponse message. Does not implicitly {@link gw.GatewayCommandExecResponse.verify|verify} messages.
         * @param message GatewayCommandExecResponse message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.GatewayCommandExecResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a GatewayCommandExecResponse message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.GatewayCommandExecResponse & gw.GatewayCommandExecResponse.$Shape} GatewayCommandExecResponse
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.GatewayCommandExecResponse & gw.GatewayCommandExecResponse.$Shape;
    }

    namespace GatewayCommandExecResponse {

        /** Properties of a GatewayCommandExecResponse. */
        interface $Properties {

            /** GatewayCommandExecResponse stdout */
            stdout?: (Uint8Array|null);

            /** GatewayCommandExecResponse stderr */
            stderr?: (Uint8Array|null);

            /** GatewayCommandExecResponse error */
            error?: (string|null);

            /** GatewayCommandExecResponse gatewayId */
            gatewayId?: (string|null);

            /** GatewayCommandExecResponse execId */
            execId?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a GatewayCommandExecResponse. */
        type $Shape = gw.GatewayCommandExecResponse.$Properties;
    }

    /**
     * Properties of a ConnState.
     * @deprecated Use gw.ConnState.$Properties instead.
     */
    interface IConnState extends gw.ConnState.$Properties {
    }

    /** Represents a ConnState. */
    class ConnState {

        /**
         * Constructs a new ConnState.
         * @param [properties] Properties to set
         */
        constructor(properties?: gw.ConnState.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ConnState state. */
        state: gw.ConnState.State;

        /** ConnState gatewayId. */
        gatewayId: string;

        /**
         * Encodes the specified ConnState message. Does not implicitly {@link gw.ConnState.verify|verify} messages.
         * @param message ConnState message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: gw.ConnState.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ConnState message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {gw.ConnState & gw.ConnState.$Shape} ConnState
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): gw.ConnState & gw.ConnState.$Shape;
    }

    namespace ConnState {

        /** Properties of a ConnState. */
        interface $Properties {

            /** ConnState state */
            state?: (gw.ConnState.State|null);

            /** ConnState gatewayId */
            gatewayId?: (string|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ConnState. */
        type $Shape = gw.ConnState.$Properties;

        /** State enum. */
        enum State {

            /** OFFLINE value */
            OFFLINE = 0,

            /** ONLINE value */
            ONLINE = 1
        }
    }
}
