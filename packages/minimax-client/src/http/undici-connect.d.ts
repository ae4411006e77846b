/** undici's connector alone, for which undici has no declaration. Its index would load a hundred more modules. */
declare module 'undici/lib/core/connect.js' {
  import { buildConnector } from 'undici';
  export default buildConnector;
}
