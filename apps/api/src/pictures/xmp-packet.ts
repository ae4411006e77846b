/**
 * The AIGC property of an XMP packet, read and written as text so that everything else in the packet stays byte for byte.
 * XMP allows a property as an attribute or as an element, under any prefix that is bound to its namespace
 * (ISO 16684-1, section 7); writers of this label use both.
 */
const NAMESPACE = 'http://www.tc260.org.cn/ns/AIGC/1.0/';
const PREFIX = 'TC260';
const PROPERTY = 'AIGC';

/** The property's text; null when the packet has none. */
export function readAigcProperty(packet: string): string | null {
  const range = findValue(packet);
  return range && unescapeXml(packet.slice(...range));
}

/** The packet with the property set to `value`; a fresh packet where there is none to add to. */
export function writeAigcProperty(packet: string, value: string): string {
  const escaped = escapeXml(value);
  const range = findValue(packet);
  if (range) return packet.slice(0, range[0]) + escaped + packet.slice(range[1]);
  const end = packet.lastIndexOf('</rdf:RDF>');
  return end === -1 ? freshPacket(escaped) : packet.slice(0, end) + description(escaped) + packet.slice(end);
}

/** Where the escaped value stands. */
function findValue(packet: string): [start: number, end: number] | null {
  const binding = new RegExp(`\\sxmlns:([\\w-]+)\\s*=\\s*(["'])${NAMESPACE}\\2`).exec(packet);
  if (!binding) return null;
  const name = `${binding[1]}:${PROPERTY}`;
  // Each class ends at what begins the pattern anew, so a hostile packet of any size is read once.
  const attribute = new RegExp(`\\s${name}\\s*=\\s*(?:"(?<double>[^"<]*)"|'(?<single>[^'<]*)')`, 'd');
  const element = new RegExp(`<${name}(?:\\s[^<>]*)?>(?<text>[^<]*)</${name}\\s*>`, 'd');
  const groups = (attribute.exec(packet) ?? element.exec(packet))?.indices?.groups;
  return groups?.double ?? groups?.single ?? groups?.text ?? null;
}

function description(escaped: string): string {
  return `<rdf:Description rdf:about="" xmlns:${PREFIX}="${NAMESPACE}" ${PREFIX}:${PROPERTY}="${escaped}"/>`;
}

function freshPacket(escaped: string): string {
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>', // the id is XMP's fixed one
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    description(escaped),
    '</rdf:RDF></x:xmpmeta>',
    '<?xpacket end="w"?>',
  ].join('\n');
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
