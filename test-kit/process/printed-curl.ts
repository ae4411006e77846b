/** Returns the first curl command that was printed, including its continuation lines. */
export function printedCurl(lines: string[]): string {
  const start = lines.findIndex((line) => line.startsWith('curl '));
  const end = lines.findIndex((line, index) => index >= start && !line.endsWith('\\'));
  return lines.slice(start, end + 1).join('\n');
}
