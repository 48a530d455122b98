// Prints results so that two runs of the same operations print the same lines.

const names = new Map();
let base = 0;

/** Sets the time that printed times are counted from. */
export function countFrom(millis) {
  base = millis;
}

/** Gives an id the name under which it is printed. */
export function named(name, id) {
  names.set(id, `<${name}>`);
  return id;
}

function text(value) {
  for (const [id, name] of names) {
    value = value.replaceAll(id, name);
  }
  return value.replace(/\bc[0-9a-z]{24}\b/g, "<cuid>");
}

/** A copy of a value with names for ids, and without what differs from run to run. */
export function normal(value, key = "") {
  if (value === undefined || value === null) {
    return null;
  }
  if (value instanceof Date) {
    const after = value.getTime() - base;
    return key === "updatedAt" || Math.abs(after) > 400 * 86_400_000 ? "<time>" : `t+${after}`;
  }
  if (typeof value === "string") {
    return text(value);
  }
  if (typeof value === "bigint") {
    return value.toString();
  }
  if (Array.isArray(value)) {
    return value.map((each) => normal(each));
  }
  if (typeof value === "object") {
    return Object.fromEntries(Object.keys(value).sort().map((name) => [name, normal(value[name], name)]));
  }
  return value;
}

/** What an application can tell of an error: its code, and which rule was violated. */
export function failure(error) {
  const cause = error.meta?.driverAdapterError?.cause ?? error.cause ?? {};
  return normal({
    name: error.constructor.name,
    code: error.code ?? null,
    model: error.meta?.modelName ?? null,
    target: error.meta?.target ?? error.meta?.field_name ?? error.meta?.constraint ?? null,
    kind: cause.kind ?? null,
    sqlState: cause.originalCode ?? cause.code ?? null,
    constraint: cause.constraint ?? null,
    message: cause.originalMessage ?? error.message.trim().split("\n").at(-1),
  });
}
