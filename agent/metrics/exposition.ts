/**
 * Writes a scrape: OpenMetrics where the asker takes it, Prometheus' own text otherwise. Loaded with the first scrape.
 *
 * A registry is made for each scrape: the figures stand in the status, and nothing is counted twice.
 */
import { Counter, Gauge, type Metric, Registry } from "prom-client";
import type { Distribution, Family } from "./families.ts";

export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

/** @param accept the request's header; undefined: it takes anything. */
export async function expose(families: readonly Family[], accept: string | undefined): Promise<Scrape> {
  const registry = new Registry();
  if (accept?.includes("application/openmetrics-text"))
    (registry as Registry<never>).setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  for (const family of families) register(family, registry);
  return { contentType: registry.contentType, text: await registry.metrics() };
}

/** A family without a figure is not shown. */
function register(family: Family, registry: Registry): void {
  const { name, help } = family;
  if (family.type === "histogram") {
    if (family.distributions.length > 0)
      registry.registerMetric(toldHistogram(name, help, family.distributions));
    return;
  }
  const [first] = family.samples;
  if (first === undefined) return;
  const given = { help, labelNames: Object.keys(first.labels), registers: [registry] };
  if (family.type === "counter") {
    const counter = new Counter({ ...given, name: `${name}_total` });
    for (const { labels, value } of family.samples) counter.inc(labels, value);
  } else {
    const gauge = new Gauge({ ...given, name });
    for (const { labels, value } of family.samples) gauge.set(labels, value);
  }
}

/**
 * prom-client's own histogram can only observe; ours has been counted elsewhere. It has no sum: there are values below
 * zero (OpenMetrics 1.0, 5.3.4).
 */
function toldHistogram(name: string, help: string, distributions: readonly Distribution[]): Metric {
  const values = distributions.flatMap(({ labels, histogram: { from, step, counts } }) => {
    let total = 0;
    const buckets = counts.map((count, at) => {
      total += count;
      const le = at === counts.length - 1 ? "+Inf" : String(from + (at + 1) * step);
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: total };
    });
    return [...buckets, { metricName: `${name}_count`, labels, value: total }];
  });
  const told = { name, help, type: "histogram", aggregator: "sum", values };
  return { name, get: async () => told } as unknown as Metric;
}
