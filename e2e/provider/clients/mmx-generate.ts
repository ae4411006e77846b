import { json } from 'node:stream/consumers';
import { MiniMaxSDK } from 'mmx-cli/sdk';
import * as z from 'zod';

// Requests images with MiniMax's own SDK, saves them in the current folder, and prints their paths as JSON.

const { apiKey, baseUrl, request } = z
  .object({ apiKey: z.string(), baseUrl: z.string().optional(), request: z.looseObject({ prompt: z.string() }) })
  .parse(await json(process.stdin));

// With a region given, the SDK does not ask MiniMax's hosts which region the key belongs to.
const { image } = new MiniMaxSDK({ apiKey, region: 'cn', ...(baseUrl !== undefined && { baseUrl }) });
const response = await image.generate(request);
console.log(JSON.stringify(await image.save(response, { responseFormat: 'base64', quiet: true })));
