export { isPostgresUnavailable } from '@darkroom/api/postgres-errors';
