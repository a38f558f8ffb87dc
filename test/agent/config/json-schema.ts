/** A judge of the JSON Schema keywords that the settings schema uses; an unknown keyword is an error. */
type Schema = Readonly<Record<string, unknown>>;

const KEYWORDS: Readonly<Record<string, (value: unknown, argument: never, schema: Schema) => boolean>> = {
  $schema: () => true,
  title: () => true,
  description: () => true,
  default: () => true,
  type: (value, type: string) =>
    type === "integer"
      ? Number.isInteger(value)
      : type === "array"
        ? Array.isArray(value)
        : type === "object"
          ? isObject(value)
          : typeof value === type,
  enum: (value, choices: unknown[]) => choices.includes(value),
  pattern: (value, pattern: string) => typeof value !== "string" || new RegExp(pattern, "u").test(value),
  minimum: (value, minimum: number) => typeof value !== "number" || value >= minimum,
  maximum: (value, maximum: number) => typeof value !== "number" || value <= maximum,
  minItems: (value, items: number) => !Array.isArray(value) || value.length >= items,
  maxItems: (value, items: number) => !Array.isArray(value) || value.length <= items,
  items: (value, items: Schema) => !Array.isArray(value) || value.every((one) => fits(one, items)),
  required: (value, keys: string[]) => !isObject(value) || keys.every((key) => Object.hasOwn(value, key)),
  properties: (value, properties: Record<string, Schema>) =>
    !isObject(value) ||
    Object.entries(properties).every(
      ([key, schema]) => !Object.hasOwn(value, key) || fits(value[key], schema),
    ),
  patternProperties: (value, patterns: Record<string, Schema>) =>
    !isObject(value) ||
    Object.entries(patterns).every(([pattern, schema]) =>
      Object.keys(value).every((key) => !new RegExp(pattern, "u").test(key) || fits(value[key], schema)),
    ),
  additionalProperties: (value, allowed: boolean | Schema, schema) =>
    allowed === true ||
    !isObject(value) ||
    Object.keys(value).every(
      (key) =>
        Object.hasOwn((schema.properties ?? {}) as object, key) ||
        Object.keys((schema.patternProperties ?? {}) as object).some((one) =>
          new RegExp(one, "u").test(key),
        ) ||
        (allowed !== false && fits(value[key], allowed)),
    ),
};

export function fits(value: unknown, schema: Schema): boolean {
  return Object.entries(schema).every(([keyword, argument]) => {
    const judge = KEYWORDS[keyword];
    if (judge === undefined) throw new Error(`the schema uses ${keyword}, which this judge does not know`);
    return judge(value, argument as never, schema);
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
