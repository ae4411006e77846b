import { execFileSync, spawnSync } from 'node:child_process';

/** Whether this machine has exiftool, an independent reader of the label. */
export const hasExiftool = spawnSync('exiftool', ['-ver']).status === 0;

/** The label as exiftool reads it. */
export function readLabelByExiftool(bytes: Uint8Array): unknown {
  const output = execFileSync('exiftool', ['-json', '-a', '-G1', '-XMP:all', '-'], { input: bytes, encoding: 'utf8' });
  // exiftool's -json output is a list with one object per file.
  const [file] = JSON.parse(output) as Record<string, unknown>[];
  return file?.['XMP-TC260:Aigc'];
}

/** Every AIGC property in the raw bytes, unescaped. Independent of the production code. */
export function readLabels(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes).toString('utf8');
  return [...text.matchAll(/:AIGC=(["'])(.*?)\1|<\w+:AIGC>([^<]*)</gs)].map((match) =>
    (match[2] ?? match[3] ?? '')
      .replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&'),
  );
}
