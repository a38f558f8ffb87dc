/** The certificates of a core: those in our files, and the chain its server has shown. */
import type { CertificateSeen, TlsSeen } from "../../../ports.ts";
import { said } from "../../../text/said.ts";
import type { CoreSeen, ServerSeen } from "../facts.ts";
import { fail, type Judgement, ok, unknown, warn } from "../rule.ts";
import { dayOf, momentOf } from "./clock.ts";

const EXPIRY_WARN_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;

export function judgeFiles({ core, route, credentials }: CoreSeen, nowMs: number): Judgement | undefined {
  const { fault, isForbidden, ca, cert, keyFits } = credentials;
  // The agent's own user may have less right to them than whoever asks.
  if (route?.alarms.includes("credentialsUnreadable"))
    return fail(
      said("doctor.fileFault", { fault: fault ?? route.lastError ?? "?" }),
      said("doctor.fileFaultNext"),
      {
        alarm: "credentialsUnreadable",
      },
    );
  if (fault !== undefined && isForbidden)
    return unknown(said("doctor.fileFault", { fault }), said("doctor.asRoot"), { fault });
  if (fault !== undefined)
    return fail(said("doctor.fileFault", { fault }), said("doctor.fileFaultNext"), { fault });
  if (ca === undefined && cert === undefined) return undefined;
  if (ca === "unreadable")
    return fail(said("doctor.notACertificate", { file: core.caFile }), said("doctor.certificateNext"), {
      file: core.caFile,
    });
  if (cert === "unreadable")
    return fail(said("doctor.notACertificate", { file: core.certFile }), said("doctor.certificateNext"), {
      file: core.certFile,
    });
  if (keyFits === "unreadable")
    return fail(said("doctor.notAKey", { file: core.keyFile }), said("doctor.certificateNext"), {
      file: core.keyFile,
    });
  if (keyFits === false)
    return fail(
      said("doctor.keyOther", { file: core.keyFile, cert: core.certFile }),
      said("doctor.certificateNext"),
      { keyFits: false },
    );
  const all = [...(cert ?? []).slice(0, 1), ...(ca ?? [])];
  return (
    judgeDates(all, nowMs) ??
    ok(said("doctor.filesGood", { until: momentOf(soonest(all)) }), { validUntil: dayOf(soonest(all)) })
  );
}

function judgeDates(certificates: readonly CertificateSeen[], nowMs: number): Judgement | undefined {
  for (const { subject, validFromMs, validToMs } of certificates) {
    const evidence = { subject, validFrom: dayOf(validFromMs), validUntil: dayOf(validToMs) };
    if (nowMs > validToMs)
      return fail(
        said("doctor.expired", { subject, until: momentOf(validToMs) }),
        said("doctor.renewNext"),
        evidence,
      );
    if (nowMs < validFromMs)
      return fail(
        said("doctor.notYetValid", { subject, from: momentOf(validFromMs) }),
        said("doctor.notYetValidNext"),
        evidence,
      );
    if (validToMs - nowMs < EXPIRY_WARN_MS) {
      const days = Math.floor((validToMs - nowMs) / DAY_MS);
      return warn(said("doctor.expiresSoon", { subject, days }), said("doctor.renewNext"), {
        ...evidence,
        days,
      });
    }
  }
  return undefined;
}

function soonest(certificates: readonly CertificateSeen[]): number {
  return Math.min(...certificates.map(({ validToMs }) => validToMs));
}

export function judgeTls({ host, port, tls }: ServerSeen, caFile: string, nowMs: number): Judgement {
  const server = `${host}:${port}`;
  const seen = tls as TlsSeen;
  if (!seen.ok)
    return fail(said("doctor.tlsFailed", { server, code: seen.code }), said("doctor.tlsFailedNext"), {
      server,
      code: seen.code,
      detail: seen.detail,
    });
  const [first] = seen.chain;
  const issuer = first?.issuer ?? "?";
  const evidence = {
    server,
    protocol: seen.protocol,
    subject: first?.subject ?? "?",
    issuer,
    ...(first === undefined ? {} : { validUntil: dayOf(first.validToMs) }),
    ...(seen.distrust === undefined ? {} : { distrust: seen.distrust }),
  };
  if (seen.distrust === "HOSTNAME_MISMATCH")
    return fail(
      said("doctor.tlsName", { host, subject: first?.subject ?? "?" }),
      said("doctor.tlsNameNext"),
      evidence,
    );
  if (seen.distrust === "CERT_HAS_EXPIRED" || seen.distrust === "CERT_NOT_YET_VALID")
    return (
      judgeDates(seen.chain, nowMs) ??
      fail(said("doctor.tlsDistrust", { issuer, code: seen.distrust }), said("doctor.renewNext"), evidence)
    );
  if (seen.distrust !== undefined) {
    const next =
      caFile === "" ? said("doctor.caMissingNext") : said("doctor.caOtherNext", { file: caFile, issuer });
    return fail(said("doctor.tlsDistrust", { issuer, code: seen.distrust }), next, evidence);
  }
  const dates = judgeDates(seen.chain.slice(0, 1), nowMs);
  return (
    dates ??
    ok(
      said("doctor.tlsGood", {
        server,
        protocol: seen.protocol,
        until: first === undefined ? "?" : momentOf(first.validToMs),
      }),
      evidence,
    )
  );
}
