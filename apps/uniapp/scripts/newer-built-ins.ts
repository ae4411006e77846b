import { type MemberExpression, type Node, type Options, parse } from 'acorn';
import { type BuiltIns, languageBuiltIns, webBuiltIns } from './built-ins.ts';

/** What a build runs in: a browser, or a mini program's or native app's JavaScript engine, which has no web APIs to rely on. */
export type Runtime = 'browser' | 'engine';

/**
 * Newer built-ins that the code asks for before it uses them, or methods of ours and of libraries that only share a name. Each
 * has to be found, or its line here goes.
 */
export const ALLOWED: Record<Runtime, Record<string, string>> = {
  browser: {
    globalThis: 'Vue, uni-app and tRPC ask for it first',
    MathMLElement: 'Vue asks for it first',
    'Object.fromEntries': 'tRPC, for headers that can be iterated; the sdk gives a plain object',
    '.randomUUID()': 'the sdk and platform/create-id.ts ask for it first',
    '.canShare()': 'platform/share.ts asks for it first',
    '.share()': 'platform/share.ts, where canShare is there',
    '.writeText()': 'platform/share.ts says "failed" without it',
    '.error()': "tRPC's observers",
    '.addHandler()': "uni-app's own",
    '.move()': "Vue's own",
    '.use()': "Vue's own",
    '.take()': "photo-upload.ts's own",
  },
  engine: {
    globalThis: 'Vue, uni-app and tRPC ask for it first',
    'Object.fromEntries': 'tRPC, for headers that can be iterated; the sdk gives a plain object',
    BigInt64Array: 'uni-app hands it on, there or not',
    BigUint64Array: 'uni-app hands it on, there or not',
    '.error()': "tRPC's observers",
    '.fileName()': 'our own',
    '.use()': "Vue's own",
    '.take()': "photo-upload.ts's own",
  },
};

const GLOBAL_OBJECTS = new Set(['window', 'self', 'globalThis', 'global']);
/** Global objects by the interface that has their methods. */
const INSTANCES: Record<string, string> = {
  console: 'console',
  crypto: 'Crypto',
  document: 'Document',
  history: 'History',
  location: 'Location',
  navigator: 'Navigator',
  performance: 'Performance',
};

interface Known {
  globals: Map<string, boolean>;
  statics: Map<string, boolean>;
  /** Methods by name alone, since nobody can tell whose they are: there if any owner's is there. */
  methods: Map<string, boolean>;
}

const known: Record<Runtime, Known> = { engine: knownOf(languageBuiltIns()), browser: knownOf(languageBuiltIns()) };
addWeb(known.browser, webBuiltIns());

/** The built-ins above the targets that a script uses, each once; syntax above ES2018, which a build lowers, as well. */
export function findNewerBuiltIns(code: string, runtime: Runtime): string[] {
  const found = new Set<string>();
  const references = new Set<string>();
  const declared = new Set<string>();
  const { globals, statics, methods } = known[runtime];

  walk(parseScript(code), null, '', (node, parent, key) => {
    const newer = newerSyntax(node);
    if (newer) found.add(newer);
    if (isTypeof(parent)) return; // asks whether it is there
    if (node.type === 'Identifier' && isBinding(parent, key)) declared.add(nameOf(node));
    else if (node.type === 'Identifier' && globals.get(nameOf(node)) === false && !isKey(parent, key))
      references.add(nameOf(node));
    if (node.type !== 'MemberExpression') return;
    // Narrowed by its type; acorn's union is not discriminated for a plain Node.
    const { object, property, computed } = node as MemberExpression;
    const name = property.type === 'Literal' ? property.value : computed ? null : nameOf(property);
    if (typeof name !== 'string') return;
    const owner = object.type === 'Identifier' ? nameOf(object) : '';
    const instance = INSTANCES[owner];
    if (statics.get(`${owner}.${name}`) === false) found.add(`${owner}.${name}`);
    else if (GLOBAL_OBJECTS.has(owner) && globals.get(name) === false && isCalled(parent, key)) found.add(name);
    else if (isCalled(parent, key) && statics.get(`${owner}.${name}`) === undefined) {
      if (instance ? statics.get(`${instance}.${name}`) === false : methods.get(name) === false)
        found.add(`.${name}()`);
    }
  });
  for (const name of references) if (!declared.has(name)) found.add(name);
  return [...found].sort();
}

function knownOf({ globals, statics, members }: BuiltIns): Known {
  const methods = new Map<string, boolean>();
  for (const { name, isThere } of members) methods.set(name, isThere || methods.get(name) === true);
  return { globals: new Map(globals), statics: new Map(statics), methods };
}

/**
 * Of the web's many methods only names of several words are told apart from a library's own. Where JavaScript has a method of
 * the same name, such as matchAll, that one is meant.
 */
function addWeb(to: Known, web: BuiltIns): void {
  const { methods } = knownOf(web);
  for (const [name, isThere] of web.statics) if (isThere) methods.set(name.replace(/^.*\./, ''), true);
  for (const [name, isThere] of web.globals) to.globals.set(name, isThere || to.globals.get(name) === true);
  for (const [name, isThere] of web.statics) to.statics.set(name, isThere || to.statics.get(name) === true);
  for (const [name, isThere] of methods) {
    if (!to.methods.has(name) && (isThere || /[A-Z]/.test(name))) to.methods.set(name, isThere);
  }
}

function parseScript(code: string): Node {
  const options: Options = { ecmaVersion: 'latest', allowReturnOutsideFunction: true };
  try {
    return parse(code, { ...options, sourceType: 'module' });
  } catch {
    return parse(code, { ...options, sourceType: 'script' });
  }
}

/** What a browser of the targets cannot even read; import() and import.meta, which it can, are the only ones above ES2018. */
function newerSyntax(node: Node): string | null {
  const { operator, param, regex, bigint, exported } = node as Node & {
    operator?: string;
    param?: unknown;
    regex?: { pattern: string; flags: string };
    bigint?: string;
    exported?: unknown;
  };
  if (node.type === 'ChainExpression') return '?.';
  if (operator && /^(\?\?|\?\?=|\|\|=|&&=)$/.test(operator)) return operator;
  if (node.type === 'CatchClause' && param === null) return 'catch without a binding';
  if (/^(PropertyDefinition|StaticBlock|PrivateIdentifier)$/.test(node.type)) return 'class fields';
  if (bigint !== undefined) return 'a BigInt literal';
  if (node.type === 'ExportAllDeclaration' && exported) return 'export * as';
  if (regex && (/\(\?<[=!]/.test(regex.pattern) || /[dv]/.test(regex.flags))) return `/${regex.pattern}/${regex.flags}`;
  return null;
}

type Visit = (node: Node, parent: Node | null, key: string) => void;

function walk(node: Node, parent: Node | null, key: string, visit: Visit): void {
  visit(node, parent, key);
  for (const [name, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, node, name, visit);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function nameOf(node: Node): string {
  return 'name' in node && typeof node.name === 'string' ? node.name : '';
}

function isTypeof(parent: Node | null): boolean {
  return parent?.type === 'UnaryExpression' && (parent as Node & { operator: string }).operator === 'typeof';
}

function isCalled(parent: Node | null, key: string): boolean {
  return (parent?.type === 'CallExpression' || parent?.type === 'NewExpression') && key === 'callee';
}

/** The name of a property, which is no reference to a global. */
function isKey(parent: Node | null, key: string): boolean {
  const computed = parent !== null && 'computed' in parent && parent.computed === true;
  return (
    (key === 'property' || key === 'key' || key === 'label' || key === 'exported' || key === 'imported') && !computed
  );
}

/** A name of the script's own, anywhere in it: scopes are not told apart. */
function isBinding(parent: Node | null, key: string): boolean {
  return (
    (parent?.type === 'VariableDeclarator' && key === 'id') ||
    (/Function|Class/.test(parent?.type ?? '') && (key === 'params' || key === 'id')) ||
    (/^Import.*Specifier$/.test(parent?.type ?? '') && key === 'local') ||
    /^(ArrayPattern|RestElement|CatchClause)$/.test(parent?.type ?? '') ||
    (parent?.type === 'AssignmentPattern' && key === 'left')
  );
}
