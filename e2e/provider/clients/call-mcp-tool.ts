import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { runClient } from './run-client.ts';

const SERVER = fileURLToPath(import.meta.resolve('minimax-mcp-js'));

const REQUEST_ID = 2;
const Reply = z.object({
  id: z.literal(REQUEST_ID),
  result: z.object({ content: z.tuple([z.object({ type: z.literal('text'), text: z.string() })]) }),
});

/**
 * Starts MiniMax's MCP server over stdio, calls one of its tools, and returns the text of its reply.
 * https://modelcontextprotocol.io/specification/2025-06-18/basic/lifecycle
 */
export async function callMcpTool(
  name: string,
  toolArguments: object,
  { folder, env }: { folder: string; env: NodeJS.ProcessEnv },
): Promise<string> {
  const clientInfo = { name: 'darkroom-e2e', version: '0' };
  const messages = [
    { id: 1, method: 'initialize', params: { protocolVersion: '2024-11-05', capabilities: {}, clientInfo } },
    { method: 'notifications/initialized' },
    { id: REQUEST_ID, method: 'tools/call', params: { name, arguments: toolArguments } },
  ];
  const input = messages.map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`).join('');
  const server = runClient(SERVER, { folder, env, input });
  const reply = await server.line((line) => Reply.safeParse(JSON.parse(line)).data ?? null);
  await server.ended;
  if (server.stderr.length > 0) throw new Error(server.stderr.join('\n'));
  return reply.result.content[0].text;
}
