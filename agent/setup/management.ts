/** Whether somebody else owns the forwarder's settings: the signs of the profile that hold on this box. */
import type { Box } from "../ports.ts";
import type { Fact, ManagementSign } from "../profile/profile.ts";

/** @param server the forwarder's, as it is set. */
export async function signsHeld(
  box: Box,
  signs: readonly Fact<ManagementSign>[],
  server: string,
): Promise<readonly ManagementSign[]> {
  const running = (await box.processes()).map(({ argv }) => (argv[0] ?? "").replace(/^.*\//, ""));
  const holds = async ({ kind, is }: ManagementSign): Promise<boolean> => {
    if (kind === "process") return running.includes(is);
    return kind === "server" ? server === is : (await box.stamp(is)) !== undefined;
  };
  const held: ManagementSign[] = [];
  for (const { value } of signs) if (await holds(value)) held.push(value);
  return held;
}
