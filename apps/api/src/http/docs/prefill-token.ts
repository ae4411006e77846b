/** The part of the Swagger UI system that is used here. */
interface SwaggerUi {
  authActions: { authorize(schemes: Record<string, { schema: object; value: string }>): void };
}

/**
 * A Swagger UI plugin that fills in the token of user 1 from `/dev/token`. The source text of this function is sent to
 * the browser, so it must not use anything else of this module.
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
