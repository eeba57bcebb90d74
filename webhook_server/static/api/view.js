// Making elements, and showing schemas. Everything from outside is text, never markup.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Paragraphs; what stands between backticks is code.
export function described(text) {
  return text.split(/\n{2,}/).filter((part) => part.trim()).map((part) => {
    const words = part.split("`").map((word, at) => at % 2 ? element("code", {}, word) : word);
    return element("p", {}, ...words);
  });
}

export class Resolver {
  constructor(api) {
    this.api = api;
  }

  follow(node) {
    while (node?.$ref) {
      const parts = node.$ref.slice(2).split("/");
      const found = parts.reduce((at, part) => at[part], this.api);
      const { $ref, ...beside } = node;
      node = { ...found, ...beside, properties: { ...found.properties, ...beside.properties } };
    }
    return node;
  }
}

// The fields of a schema: each with its type, what it means, and what is inside.
export function fieldsOf(schema, resolver) {
  const whole = resolver.follow(schema);
  const said = described(whole.description ?? "");
  const rows = Object.entries(whole.properties ?? {}).flatMap(([name, property]) => {
    const needed = whole.required?.includes(name) ? " · needed" : "";
    const text = element("span", { class: "soft" }, ` ${typeOf(property, resolver)}${needed}`);
    return [element("dt", {}, name),
      element("dd", {}, ...described(property.description ?? ""), text, ...insides(property, resolver))];
  });
  const inside = whole.properties && rows.length ? [] : insides(whole, resolver);
  return element("div", { class: "schema" }, ...said,
    element("dl", { class: "table" }, ...rows), ...inside);
}

function insides(schema, resolver) {
  const parts = [schema, ...(schema.anyOf ?? []), schema.items, schema.additionalProperties];
  return parts.filter((part) => part?.$ref).flatMap((part) => {
    const found = resolver.follow(part);
    if (found.enum) return [];
    const box = element("details", {}, element("summary", {}, found.title ?? nameOf(part)));
    box.addEventListener("toggle", () => box.append(fieldsOf(part, resolver)), { once: true });
    return [box];
  });
}

function nameOf(node) {
  return node.$ref.split("/").at(-1);
}

function typeOf(schema, resolver) {
  const found = resolver.follow(schema);
  if (found.enum) return found.enum.map((each) => JSON.stringify(each)).join(" | ");
  if (found.anyOf) return found.anyOf.map((each) => typeOf(each, resolver)).join(" | ");
  if (schema.$ref && found.type === "object") return nameOf(schema);
  if (found.type === "array" && found.items) return `array of ${typeOf(found.items, resolver)}`;
  if (found.type === "array") return "array";
  return [found.type ?? "any", found.format].filter(Boolean).join(", ");
}
