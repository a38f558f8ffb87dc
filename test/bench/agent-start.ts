/** From the agent's start to its first PULL_ACK. */
import { startAgent } from "./agent-process.ts";
import { type Bench, DEFAULT_INTERVAL } from "./bench.ts";
import { newDirectory } from "./children.ts";
import { median, say } from "./figure.ts";
import { emptyNodeMs } from "./floor.ts";

const TIMES = 7;

export async function benchStart({ bundle, core, effort }: Bench): Promise<void> {
  const times = Math.ceil(TIMES * effort);
  const directory = newDirectory();
  const startsMs: number[] = [];
  for (let i = 0; i < times; i++) {
    const agent = await startAgent({
      bundle,
      corePort: core.port,
      commitInterval: DEFAULT_INTERVAL.text,
      directory,
    });
    startsMs.push(agent.startMs);
    await agent.stop();
  }
  const floor = { value: await emptyNodeMs(times), of: "`node -e 0`, from start to end" };
  say("agent.start", median(startsMs), "ms", floor);
}
