import { testJobStore } from './job-store.conformance.ts';
import { openSqliteStores } from './open-sqlite-stores.ts';

testJobStore('SQLite', () => openSqliteStores());
