/** `btoa` for mini programs, which have none; bound there at build time. */
export default function miniBtoa(binary: string): string {
  return uni.arrayBufferToBase64(Uint8Array.from(binary, (byte) => byte.charCodeAt(0)).buffer);
}
