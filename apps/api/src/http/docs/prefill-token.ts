/** The part of swagger-ui's system that is used. */
interface SwaggerUi {
  authActions: { authorize(schemes: Record<string, { schema: object; value: string }>): void };
}

/**
 * A swagger-ui plugin that asks `/dev/token` for the token of user 1. It runs in the browser, where its own text is all
 * there is of it: it may use nothing of this module.
 */
export function prefillToken() {
  return {
    afterLoad: async (ui: SwaggerUi) => {
      const response = await fetch('/dev/token');
      const { token } = (await response.json()) as { token: string }; // our own route's answer
      ui.authActions.authorize({ bearer: { schema: { type: 'http', scheme: 'bearer' }, value: token } });
    },
  };
}
