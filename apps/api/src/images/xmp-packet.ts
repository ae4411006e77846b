/**
 * Reads and writes the AIGC property of an XMP packet as text, so that all other properties stay. XMP allows a property
 * as an attribute or as an element, under any prefix that is bound to its namespace (ISO 16684-1, section 7); writers
 * of this label use both.
 */
const NAMESPACE = 'http://www.tc260.org.cn/ns/AIGC/1.0/';
const PREFIX = 'TC260';
const PROPERTY = 'AIGC';

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const EMPTY_PACKET = [
  '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>', // XMP's fixed id
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${RDF}"></rdf:RDF></x:xmpmeta>`,
  '<?xpacket end="w"?>',
].join('\n');

// Each class stops at what begins the pattern again, so a hostile packet of any size is scanned once.
const NAME = `[^\\s:=<>"'/]+`;
const BINDING = new RegExp(`\\sxmlns:(${NAME})\\s*=\\s*(?:"${NAMESPACE}"|'${NAMESPACE}')`, 'g');
const ATTRIBUTE = new RegExp(`\\s(${NAME}):${PROPERTY}\\s*=\\s*("[^"<]*"|'[^'<]*')`, 'g');
const INSIDE = `[^<]*(?:<(?!/?${NAME}:${PROPERTY}[\\s>/])[^<]*)*`;
const ELEMENT = new RegExp(`<(${NAME}):${PROPERTY}(?:\\s[^<>]*?)?(?:/>|>(${INSIDE})</\\1:${PROPERTY}\\s*>)`, 'g');
const TAG = /<[^<>]*>/;
const RDF_END = new RegExp(`</(?:${NAME}:)?RDF\\s*>`, 'g');

/** Texts of the property: one, unless the packet offers alternatives or repeats the property; none without it. */
export function readAigcTexts(packet: string): string[] {
  return takeProperty(packet).texts;
}

/** The packet with the property exactly once, as `value`; a new packet if there is none to add it to. */
export function writeAigcProperty(packet: string, value: string): string {
  const { others } = takeProperty(packet);
  const end = findEnd(others);
  return end === undefined
    ? writeAigcProperty(EMPTY_PACKET, value)
    : others.slice(0, end) + description(value) + others.slice(end);
}

/** Returns the packet without the property, and the texts of the property. */
function takeProperty(packet: string): { others: string; texts: string[] } {
  const plain = resolveSections(packet);
  const prefixes = new Set([...plain.matchAll(BINDING)].map(([, prefix]) => prefix));
  const values: string[] = [];
  const take = (property: string, prefix: string, value = '') => {
    if (!prefixes.has(prefix)) return property;
    values.push(value);
    return '';
  };
  const others = plain
    .replace(ATTRIBUTE, (property, prefix, quoted) => take(property, prefix, quoted.slice(1, -1)))
    .replace(ELEMENT, (property, prefix, inside) => take(property, prefix, inside));
  return { others, texts: values.flatMap((value) => value.split(TAG).map(unescapeXml)) };
}

/** The same XML without comments and CDATA sections, whose content may look like a property. */
function resolveSections(packet: string): string {
  return packet.replace(/<!--.*?(?:-->|$)|<!\[CDATA\[(.*?)(?:\]\]>|$)/gs, (_, text = '') => escapeXml(text));
}

function findEnd(packet: string): number | undefined {
  return [...packet.matchAll(RDF_END)].at(-1)?.index;
}

/** Declares the namespaces that it needs: the packet may bind RDF to another prefix. */
function description(value: string): string {
  const namespaces = `xmlns:rdf="${RDF}" xmlns:${PREFIX}="${NAMESPACE}"`;
  return `<rdf:Description ${namespaces} rdf:about="" ${PREFIX}:${PROPERTY}="${escapeXml(value)}"/>`;
}

const ENTITIES = new Map(Object.entries({ quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' }));

function escapeXml(text: string): string {
  return text.replace(/["'<>&]/g, (char) => `&#${char.charCodeAt(0)};`);
}

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (entity, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES.get(name) ?? entity;
    const codePoint = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : entity;
  });
}
