/** X.509 certificates, as Node reads them. */
import type { Certificates } from "../ports.ts";

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

export function openCertificates(): Certificates {
  return {
    endsOf: async (pem) => {
      const blocks = Buffer.from(pem).toString("latin1").match(BLOCK) ?? [];
      if (blocks.length === 0) return [];
      const { X509Certificate } = await import("node:crypto");
      return blocks.flatMap((block) => {
        try {
          const endsWallMs = Date.parse(new X509Certificate(block).validTo);
          return Number.isFinite(endsWallMs) ? [endsWallMs] : [];
        } catch {
          return [];
        }
      });
    },
  };
}
