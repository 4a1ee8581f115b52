/** Specs of modules as the server tells them (getKmd): what can be made, and what can be done with it. */

import { SERVER_MANAGER } from "./kurento.js";

const bare = (type) => type.slice(type.lastIndexOf(".") + 1);

/** A class that clients can create. */
export class RemoteClass {
  #specs;

  constructor(specs, module, definition) {
    this.#specs = specs;
    this.module = module;
    this.name = definition.name;
    this.doc = definition.doc ?? "";
    this.type = `${module}.${definition.name}`;
    /** Parameters of its constructor but for the pipeline, which the page has. */
    this.parameters = definition.constructor.params.filter(({ type }) => bare(type) !== "MediaPipeline");
    this.takesPipeline = this.parameters.length < definition.constructor.params.length;
  }

  /** Its own definition and those that it derives from, nearest first. */
  get #line() {
    const line = [];
    for (let name = this.name; name; name = line.at(-1)?.extends) {
      const definition = this.#specs.definition(name);
      if (!definition) break;
      line.push(definition);
    }
    return line;
  }

  is(name) {
    return this.#line.some((definition) => definition.name === name);
  }

  /** What modules add to the classes of the server: properties, methods and names of events. */
  get additions() {
    const own = this.#line.filter(({ name }) => !this.#specs.isCore(name));
    const all = (key) => own.flatMap((definition) => definition[key] ?? []);
    return { properties: all("properties"), methods: all("methods"), events: all("events") };
  }

  /** The values of an enumeration; undefined for other types. */
  values(type) {
    return this.#specs.values(type);
  }
}

/** The specs of all modules of a server. */
export class Specs {
  #definitions = new Map();
  #core = new Set();
  #enums = new Map();
  /** What can be put between a camera and a screen. */
  classes = [];

  /** @param info what getInfo of the ServerManager answers. */
  static async load(client, info) {
    const specs = new Specs();
    const modules = await Promise.all(
      info.modules.map(async ({ name, factories }) => ({ name, factories, kmd: JSON.parse(await client.invoke(SERVER_MANAGER, "getKmd", { moduleName: name })) })),
    );
    for (const { name, kmd } of modules) specs.#learn(name, kmd);
    for (const { name, factories, kmd } of modules) {
      for (const definition of kmd.remoteClasses) {
        if (!factories.includes(definition.name) || !Object.hasOwn(definition, "constructor")) continue;
        const found = new RemoteClass(specs, name, definition);
        if (found.takesPipeline && (found.is("MediaElement") || found.is("Hub"))) specs.classes.push(found);
      }
    }
    return specs;
  }

  #learn(module, kmd) {
    for (const definition of kmd.remoteClasses) {
      this.#definitions.set(definition.name, definition);
      if (module === "core") this.#core.add(definition.name);
    }
    for (const { name, values } of kmd.complexTypes ?? []) if (values) this.#enums.set(name, values);
  }

  definition(name) {
    return this.#definitions.get(bare(name));
  }

  isCore(name) {
    return this.#core.has(name);
  }

  values(type) {
    return this.#enums.get(bare(type));
  }
}
