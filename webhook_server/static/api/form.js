// The form of one operation: its parameters and its body.
import { described, element } from "./view.js";

let fields = 0;

export class RequestForm {
  constructor(path, method, operation, resolver) {
    this.path = path;
    this.method = method.toUpperCase();
    this.resolver = resolver;
    const parameters = [...operation.shared, ...(operation.parameters ?? [])]
      .map((each) => resolver.follow(each)).filter((each) => each.name !== "project");
    this.schemes = (operation.security ?? []).flatMap((each) => Object.keys(each))
      .map((name) => resolver.api.components.securitySchemes[name]);
    for (const scheme of this.schemes.filter((each) => each.type === "apiKey")) {
      parameters.push({ ...scheme, required: true, schema: { type: "string" } });
    }
    this.inputs = new Map(parameters.map((each) => [each.name, [each, inputOf(each.schema)]]));
    this.content = operation.requestBody?.content;
    this.node = element("div", { class: "stack" }, ...this.#parameters(), ...this.#body());
  }

  fill(values) {
    for (const [name, value] of Object.entries(values)) {
      const found = this.inputs.get(name);
      if (found) found[1].value = value;
    }
  }

  // What is to be sent: method, address, headers, body, and the body in words.
  async request({ key, project }) {
    let path = this.path.replace("{project}", encodeURIComponent(project));
    const query = new URLSearchParams();
    const headers = {};
    for (const [name, [parameter, input]] of this.inputs) {
      if (input.value === "") continue;
      if (parameter.in === "path") path = path.replace(`{${name}}`, encodeURIComponent(input.value));
      else if (parameter.in === "query") query.set(name, input.value);
      else headers[name] = input.value;
    }
    if (key && this.schemes.some((each) => each.scheme === "bearer")) {
      headers.Authorization = `Bearer ${key}`;
    }
    const url = new URL(query.size ? `${path}?${query}` : path, location.href).href;
    return { method: this.method, url, headers, ...await this.#sent(headers) };
  }

  #parameters() {
    if (!this.inputs.size) return [];
    const all = [...this.inputs.values()].map(([each, input]) =>
      labelled(each.name, input, each.description, each.required));
    const needed = all.filter((field) => field.dataset.needed);
    const others = all.filter((field) => !field.dataset.needed);
    const made = needed.length ? [element("div", { class: "fields" }, ...needed)] : [];
    if (others.length) {
      made.push(element("details", {}, element("summary", {}, "Optional parameters"),
        element("div", { class: "fields" }, ...others)));
    }
    return made;
  }

  #body() {
    if (!this.content) return [];
    this.kind = element("select", {}, ...Object.keys(this.content).map((kind) => option(kind, kind)));
    this.place = element("div", { class: "stack" });
    this.kind.addEventListener("change", () => this.#showBody());
    this.#showBody();
    return [labelled("Content-Type", this.kind), this.place];
  }

  #showBody() {
    const media = this.content[this.kind.value];
    const schema = this.resolver.follow(media.schema);
    if (this.kind.value.startsWith("image/")) this.#showFile();
    else if (this.kind.value === "multipart/form-data") this.#showFields(schema, media.examples);
    else this.#showText(media.examples);
  }

  #showFile() {
    this.file = element("input", { type: "file", accept: this.kind.value, required: "" });
    this.place.replaceChildren(labelled("The image", this.file));
    this.#content = async () => ({ body: this.file.files[0], data: `@${this.file.files[0]?.name}` });
  }

  #showFields(schema, examples) {
    const [example] = Object.values(examples);
    const inputs = Object.entries(schema.properties).map(([name, property]) => {
      const input = inputOf(property);
      if (input.type !== "file") input.value = example.value[name] ?? "";
      return [name, input];
    });
    this.place.replaceChildren(element("div", { class: "fields" }, ...inputs.map(([name, input]) =>
      labelled(name, input, "", schema.required.includes(name)))));
    this.#content = async () => {
      const parts = inputs.map(([name, input]) => [name, input.files ? input.files[0] : input.value])
        .filter(([, value]) => value);
      const body = new FormData();
      for (const [name, value] of parts) body.append(name, value);
      return { body, form: parts.map(([name, value]) => [name, value.name ? `@${value.name}` : value]) };
    };
  }

  #showText(examples) {
    const text = element("textarea", { spellcheck: "false" });
    const choice = element("select", {}, ...Object.entries(examples).map(([name, each]) =>
      option(name, each.summary)));
    const show = () => {
      const { value } = examples[choice.value];
      text.value = typeof value === "string" ? value : JSON.stringify(value, null, 2);
    };
    choice.addEventListener("change", show);
    show();
    this.place.replaceChildren(labelled("Example", choice), labelled("Body", text));
    this.#content = async () => ({ body: text.value, data: text.value });
  }

  async #sent(headers) {
    if (!this.content) return {};
    const said = await this.#content();
    if (said.form) {
      delete headers["Content-Encoding"]; // the browser writes a form's boundaries by itself
      return said;
    }
    headers["Content-Type"] = this.kind.value;
    if (headers["Content-Encoding"] !== "gzip") return said;
    const packed = new Blob([said.body]).stream().pipeThrough(new CompressionStream("gzip"));
    return { ...said, body: await new Response(packed).blob() };
  }

  #content = async () => ({});
}

function inputOf(schema) {
  if (schema.format === "binary") return element("input", { type: "file" });
  if (schema.enum) {
    const names = schema.enum.includes("") ? schema.enum : ["", ...schema.enum];
    return element("select", {}, ...names.map((name) => option(name, name)));
  }
  if (schema.type === "boolean") {
    return element("select", {}, ...["", "true", "false"].map((name) => option(name, name)));
  }
  return element("input", { autocomplete: "off", spellcheck: "false" });
}

function labelled(name, input, said = "", needed = false) {
  fields += 1;
  input.id = `field-${fields}`;
  if (needed) input.setAttribute("required", "");
  const field = element("div", { class: "field" },
    element("label", { for: input.id }, name), input);
  if (needed) field.dataset.needed = "true";
  if (!said) return field;
  const hint = element("div", { class: "soft", id: `hint-${fields}` }, ...described(said));
  input.setAttribute("aria-describedby", hint.id);
  field.append(hint);
  return field;
}

function option(value, text) {
  return element("option", { value }, text);
}
