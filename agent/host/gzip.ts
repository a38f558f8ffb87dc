/** What is packed for a person to send: gzip. */
import { promisify } from "node:util";
import { gzip as pack } from "node:zlib";

export const gzip: (octets: Uint8Array) => Promise<Uint8Array> = promisify(pack);
