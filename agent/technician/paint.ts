/** The few colours of the terminal that the commands use; each is also said by a word or a sign. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

/** @param colours false: the text stays as it is. */
export function paintFor(colours: boolean): Paint {
  const paint =
    (on: number, off: number) =>
    (text: string): string =>
      colours && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
  };
}
