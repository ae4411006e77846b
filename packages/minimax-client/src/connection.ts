import { Agent, type buildConnector } from 'undici';

/** The one connection of one exchange. */
export interface Connection {
  dispatcher: Agent;
  /** False proves that not one byte of the request was sent: TCP and TLS were not through yet. */
  hasStood(): boolean;
  close(): Promise<void>;
}

/**
 * A connection of its own for every exchange: on a socket that was used before, nobody can tell a request that never left
 * from one that was taken. It can be opened once, since undici repeats a request by itself in some cases (HTTP 421).
 */
export function createConnection(connect: buildConnector.connector): Connection {
  let wasTried = false;
  let stood = false;

  const dispatcher = new Agent({
    connections: 1,
    pipelining: 0,
    allowH2: false,
    // The deadline covers the whole exchange; undici's own timers would only end it under another name.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect(options, callback) {
      if (wasTried) return callback(new Error('One exchange has one connection.'), null);
      wasTried = true;
      connect(options, (...result) => {
        stood = result[0] === null;
        callback(...result);
      });
    },
  });

  return { dispatcher, hasStood: () => stood, close: () => dispatcher.destroy() };
}
