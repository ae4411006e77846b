const EXTENSIONS: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/avif': 'avif',
};

/** The name under which a browser saves one picture of a job. */
export function fileName(jobId: string, index: number, contentType: string): string {
  return `darkroom-${jobId.slice(0, 8)}-${index + 1}.${EXTENSIONS[contentType] ?? 'jpg'}`;
}
