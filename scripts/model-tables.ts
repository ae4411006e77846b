/** `node scripts/model-tables.ts` rewrites the tables of docs/models.md from the capability table of the contracts. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MODEL_CAPABILITIES, MODELS, type Model, type ModelCapabilities } from '@darkroom/contracts';

const DOCUMENT = path.join(import.meta.dirname, '../docs/models.md');

/** The document with every table between `<!-- models: FAMILY -->` and `<!-- end -->` written anew. */
export function withModelTables(document: string): string {
  return document.replace(
    /(<!-- models: (\S+) -->\n).*?(<!-- end -->)/gs,
    (_, start: string, family: string, end: string) => `${start}\n${tableOf(family)}\n\n${end}`,
  );
}

function tableOf(family: string): string {
  const models = MODELS.filter((model) => MODEL_CAPABILITIES[model].family === family);
  if (models.length === 0) throw new Error(`There is no model family ${family}`);
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const lines = Object.entries(ROWS).map(([name, describe]) =>
    row([name, ...models.map((model) => describe(of(model)))]),
  );
  return [row(['', ...models.map((model) => `\`${model}\``)]), row(['---', ...models.map(() => '---')]), ...lines].join(
    '\n',
  );
}

/** Without the literal types of the table, which would make other values of a field look impossible. */
function of(model: Model): ModelCapabilities {
  return MODEL_CAPABILITIES[model];
}

const number = (value: number) => value.toLocaleString('en-US');

const ROWS: Record<string, (model: ModelCapabilities) => string> = {
  'prompt, code points': ({ prompt }) =>
    prompt.max === prompt.max_with_references
      ? `1 to ${number(prompt.max)}`
      : `1 to ${number(prompt.max)}; ${number(prompt.max_with_references)} with references`,
  '`n`': ({ n }) => `${n.min} to ${n.max}, default ${n.default}`,
  '`aspect_ratio`': ({ aspect_ratio: ratio }) =>
    ratio.kind === 'listed'
      ? `${ratio.values.join(', ')}; default ${ratio.default}`
      : `\`X:Y\` in whole numbers up to ${ratio.part_max}, 1:${ratio.ratio_max} to ${ratio.ratio_max}:1; default ${ratio.default}`,
  'size in pixels': ({ size }) => {
    if (size === null) return 'none';
    if (size.kind === 'width_and_height') {
      return `\`width\` and \`height\`, ${number(size.min)} to ${number(size.max)} in steps of ${size.multiple_of}`;
    }
    const area = `${number(size.area_min)} to ${number(size.area_max)} pixels`;
    return `\`size\`: ${area}, 1:${size.ratio_max} to ${size.ratio_max}:1; multiples of ${size.multiple_advised} advised`;
  },
  '`area`': ({ area }) => (area === null ? 'none' : `${area.values.join(', ')}; default ${area.default}`),
  references: ({ references }) => `\`${references.field}\`, ${references.min} to ${references.max}, ${references.kind}`,
  'formats at MiniMax': ({ references }) => references.formats.map((type) => type.replace('image/', '')).join(', '),
  'bounds of a reference': ({ references: { bytes_limit, side_min, side_max, ratio_max } }) =>
    [
      `under ${number(bytes_limit)} bytes`,
      ...(side_min === null || side_max === null ? [] : [`sides ${number(side_min)} to ${number(side_max)}`]),
      ...(ratio_max === null ? [] : [`up to ${ratio_max}:1`]),
    ].join('; '),
  'other fields': ({ fields }) =>
    fields.flatMap((field) => (SHOWN_ABOVE.has(field) ? [] : [`\`${field}\``])).join(', '),
  'time-out': ({ timeout_ms }) => `${timeout_ms / 1_000} s`,
  'images arrive': ({ streams }) => (streams ? 'one by one' : 'together'),
  'cost, units per image': ({ cost }) => {
    const { per_image, per_image_by_area: byArea, is_estimate } = cost;
    const units = byArea
      ? Object.entries(byArea)
          .map(([area, each]) => `${area}: ${each}`)
          .join(', ')
      : String(per_image);
    return is_estimate ? `${units} (estimate)` : units;
  },
};

const SHOWN_ABOVE = new Set([
  ...['model', 'prompt', 'n', 'aspect_ratio', 'width', 'height', 'size', 'area'],
  ...['subject_reference', 'references'],
]);

if (import.meta.main) writeFileSync(DOCUMENT, withModelTables(readFileSync(DOCUMENT, 'utf8')));
