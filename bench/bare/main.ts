/**
 * The limit of the runtime: a Fastify route that checks the same JWT as the API and sends the JSON that it was given.
 * Settings: JWT_SECRET, ROUTE (Fastify's pattern), BODY (JSON).
 */
import { createVerifier } from 'fast-jwt';
import { fastify } from 'fastify';

const { JWT_SECRET = '', ROUTE = '/', BODY = '{}' } = process.env;
const verify = createVerifier({ key: JWT_SECRET, algorithms: ['HS256'], requiredClaims: ['exp'], cache: true });
const body: unknown = JSON.parse(BODY);

const server = fastify();
server.get(ROUTE, async (request, reply) => {
  try {
    verify(request.headers.authorization?.slice('Bearer '.length) ?? '');
  } catch {
    return reply.code(401).send();
  }
  return body;
});
const url = await server.listen({ host: '127.0.0.1', port: 0 });
console.log(JSON.stringify({ msg: 'listening', url, port: Number(new URL(url).port), pid: process.pid }));
