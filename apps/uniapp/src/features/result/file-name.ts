const EXTENSIONS: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/avif': 'avif',
};

/** File name of a saved image. */
export function fileName(jobId: string, index: number, contentType: string): string {
  return `darkroom-${jobId.slice(0, 8)}-${index + 1}.${EXTENSIONS[contentType] ?? 'jpg'}`;
}
