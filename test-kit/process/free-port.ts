export { findFreePort } from '@darkroom/api/free-port';
