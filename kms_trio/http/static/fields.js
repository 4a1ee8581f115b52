/** Form fields for values of a spec's types. */

import { element } from "./panels.js";

const WHOLE = new Set(["int", "int64"]);
const BROKEN = new Set(["float", "double"]);

/** @param item {name, doc, type, defaultValue} @param values of an enumeration, if it is one. */
export class Field {
  #input;
  #item;

  constructor(item, values, prefix) {
    this.#item = item;
    this.#input = this.#makeInput(values);
    this.#input.id = `${prefix}-${item.name}`;
    this.root = element("label", { title: item.doc ?? "" }, element("span", { textContent: item.name }), this.#input);
    if (item.defaultValue !== undefined) this.value = item.defaultValue;
  }

  #makeInput(values) {
    const { type } = this.#item;
    if (values) return element("select", {}, ...values.map((value) => element("option", { value, textContent: value })));
    if (type === "boolean") return element("input", { type: "checkbox" });
    if (WHOLE.has(type)) return element("input", { type: "number", step: 1 });
    if (BROKEN.has(type)) return element("input", { type: "number", step: "any" });
    return element("input", { placeholder: type === "String" ? "" : `${type}, as JSON`, spellcheck: false });
  }

  get name() {
    return this.#item.name;
  }

  /** Whether the user is at it: then nothing else changes it. */
  get busy() {
    return document.activeElement === this.#input;
  }

  /** The value for the server; undefined for a field that is left empty. Throws what JSON.parse throws. */
  get value() {
    const { type } = this.#item;
    if (type === "boolean") return this.#input.checked;
    if (type === "String" || this.#input.tagName === "SELECT") return this.#input.value;
    if (this.#input.value === "") return undefined;
    return JSON.parse(this.#input.value);
  }

  set value(value) {
    const { type } = this.#item;
    if (type === "boolean") this.#input.checked = value;
    else if (type === "String" || this.#input.tagName === "SELECT") this.#input.value = value ?? "";
    else this.#input.value = BROKEN.has(type) ? Number(Number(value).toPrecision(7)) : JSON.stringify(value);
  }

  /** For what can only be looked at. */
  set readOnly(readOnly) {
    this.#input.disabled = readOnly;
  }

  onChange(handler) {
    this.#input.addEventListener("change", handler);
  }
}

/** The values of several fields by name, without those left empty. */
export function valuesOf(fields) {
  return Object.fromEntries(fields.map((field) => [field.name, field.value]).filter(([, value]) => value !== undefined));
}
