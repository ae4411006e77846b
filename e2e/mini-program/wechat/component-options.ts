type Method = (this: Instance, ...args: unknown[]) => unknown;

/** A component instance as its code sees it: methods and data. */
export interface Instance {
  [name: string]: unknown;
  data: Record<string, unknown>;
  setData(data: object, callback?: () => void): void;
}

/** The argument of Component(). */
export interface ComponentOptions {
  properties?: Record<string, unknown>;
  lifetimes?: Record<string, Method>;
  methods?: Record<string, Method>;
}

interface DispatchedEvent {
  type: string;
  currentTarget: { dataset: Record<string, unknown> };
}

const TYPES: Record<string, unknown> = { String, Number, Boolean, Object, Array };
const BINDING = /\b(?:bind|catch):?(\w+)="(\{\{[^"]*\}\})"/g;

/**
 * Adapts a component of the bundle to miniprogram-simulate, which differs from WeChat in three ways: it takes a
 * handler's name only as a literal, not from data; it knows only the property types of its own realm; and it does not
 * call `ready` on components added after their page.
 */
export function bindByName(options: ComponentOptions, wxml: string): object {
  const events = new Set<string>();
  const template = wxml.replace(BINDING, (_, event: string, handler: string) => {
    events.add(event);
    return `bind:${event}="on-${event}" data-on-${event.toLowerCase()}="${handler}"`;
  });
  const handlers = [...events].map((event) => [`on-${event}`, callNamed]);
  const { ready, attached, ...lifetimes } = options.lifetimes ?? {};
  return {
    ...options,
    template,
    properties: Object.fromEntries(Object.entries(options.properties ?? {}).map(([name, of]) => [name, ownType(of)])),
    methods: { ...options.methods, ...Object.fromEntries(handlers) },
    lifetimes: {
      ...lifetimes,
      attached(this: Instance) {
        sendDataAsText(this);
        attached?.call(this);
        setImmediate(() => ready?.call(this));
      },
    },
  };
}

/** WeChat's pages run in another thread, so their data is sent as JSON. */
function sendDataAsText(instance: Instance): void {
  const { setData } = instance;
  instance.setData = (data, callback) => setData.call(instance, JSON.parse(JSON.stringify(data)), callback);
}

/** Calls the method that the element named when it was rendered. */
function callNamed(this: Instance, event: DispatchedEvent): unknown {
  const name = event.currentTarget.dataset[`on${event.type[0]?.toUpperCase()}${event.type.slice(1).toLowerCase()}`];
  const method = typeof name === 'string' ? this[name] : undefined;
  return typeof method === 'function' ? method.call(this, event) : undefined;
}

function ownType(property: unknown): unknown {
  if (typeof property === 'function') return TYPES[property.name];
  if (typeof property !== 'object' || property === null || !('type' in property)) return property;
  return { ...property, type: typeof property.type === 'function' ? TYPES[property.type.name] : property.type };
}
