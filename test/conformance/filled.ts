// Values for a JSON schema, as a person gives who takes whatever is offered.

export interface Schema {
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** A value that fits: the default, else the first choice, else something of the type. */
export function filled(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, property]) => [name, filled(property)]),
      );
    case "array":
      return [];
    case "number":
    case "integer":
      return 2;
    case "boolean":
      return true;
    default:
      return "text";
  }
}
