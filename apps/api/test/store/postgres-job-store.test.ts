import { emptyDatabase } from './empty-database.ts';
import { testJobStore } from './job-store.conformance.ts';
import { givenPostgres, openPostgresStores } from './open-postgres-stores.ts';

const postgres = givenPostgres();

testJobStore('PostgreSQL', async () => {
  await emptyDatabase(postgres.url());
  return openPostgresStores(postgres.url());
});
