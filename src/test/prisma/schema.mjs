// What Prisma's migrate commands say of a database, from the schema engine as it is published for
// WebAssembly. The engine that the command line runs is a program downloaded from elsewhere; both
// are built from the same source.
//
//   node schema.mjs diff [SCHEMA]           as `prisma migrate diff`: the SQL from the database to the schema
//   node schema.mjs introspect              as `prisma db pull --print`: the schema of the database
//   node schema.mjs status MIGRATIONS       as `prisma migrate status`, and what `migrate dev` would do
//   node schema.mjs resolve MIGRATIONS NAME as `prisma migrate resolve --applied NAME`
//   node schema.mjs baseline [SCHEMA]       the SQL from nothing to the schema
//
// DATABASE_URL  the database; for `status` the role must be allowed to create another, where the
//               migrations are replayed
//
// Prints one JSON object. SCHEMA is a file of Prisma's, this folder's if none is named.
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import * as engine from "@prisma/schema-engine-wasm/schema_engine_bg";
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import pg from "pg";

const CHAR_OID = 18;
const FILTERS = { externalTables: [], externalEnums: [] };

async function loadEngine() {
  const glue = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const code = readFileSync(join(dirname(glue), "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(code, { "./schema_engine_bg.js": engine });
  engine.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/** The adapter refuses type "char", of which the catalogs are full; here it passes as a character. */
function knowCatalogTypes(adapter) {
  const queryRaw = adapter.queryRaw;
  adapter.queryRaw = async (query) => {
    const characters = [];
    const performIO = async (sent) => {
      const result = await adapter.performIO(sent);
      result.fields.forEach((field, i) => {
        if (field.dataTypeID === CHAR_OID) {
          field.dataTypeID = pg.types.builtins.TEXT;
          characters.push(i);
        }
      });
      return result;
    };
    const result = await queryRaw.call(Object.create(adapter, { performIO: { value: performIO } }), query);
    characters.forEach((i) => (result.columnTypes[i] = ColumnTypeEnum.Character));
    return result;
  };
  return adapter;
}

/** The adapter's own shadow database is dropped while still connected, which the server refuses. */
async function shadowDatabase(main) {
  const database = `prisma_migrate_shadow_db_${randomUUID()}`;
  await main.executeScript(`CREATE DATABASE "${database}"`);
  const shadow = knowCatalogTypes(await new PrismaPg({ ...connection(), database }).connect());
  const dispose = shadow.dispose.bind(shadow);
  shadow.dispose = async () => {
    await dispose();
    await main.executeScript(`DROP DATABASE "${database}" WITH (FORCE)`);
    await main.dispose();
  };
  return shadow;
}

function adapterFactory() {
  const factory = new PrismaPg(connection());
  const connect = factory.connect.bind(factory);
  factory.connect = async () => knowCatalogTypes(await connect());
  factory.connectToShadowDb = async () => shadowDatabase(await connect());
  return bindMigrationAwareSqlAdapterFactory(factory);
}

function connection() {
  const url = new URL(process.env.DATABASE_URL);
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
  };
}

function schema(path = "schema.prisma") {
  return { files: [{ path, content: readFileSync(path, "utf8") }] };
}

function migrations(folder) {
  const lock = join(folder, "migration_lock.toml");
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return {
    baseDir: folder,
    lockfile: { path: "migration_lock.toml", content: existsSync(lock) ? readFileSync(lock, "utf8") : null },
    shadowDbInitScript: "",
    migrationDirectories: names.map((name) => ({
      path: name,
      migrationFile: {
        path: "migration.sql",
        content: { tag: "ok", value: readFileSync(join(folder, name, "migration.sql"), "utf8") },
      },
    })),
  };
}

async function diff(client, from, to) {
  const result = await client.diff({ from, to, script: true, exitCode: true, filters: FILTERS });
  return { empty: result.exitCode === 0, sql: result.exitCode === 0 ? "" : result.stdout };
}

const database = () => ({ tag: "schemaDatasource", ...schema(), configDir: "." });

const commands = {
  diff: (client, path) => diff(client, database(), { tag: "schemaDatamodel", ...schema(path) }),
  baseline: (client, path) => diff(client, { tag: "empty" }, { tag: "schemaDatamodel", ...schema(path) }),
  introspect: async (client) => {
    const result = await client.introspect({
      schema: schema(),
      baseDirectoryPath: ".",
      force: true,
      compositeTypeDepth: 0,
      namespaces: null,
    });
    return { schema: result.schema.files[0].content, warnings: result.warnings };
  },
  status: async (client, folder) => {
    const migrationsList = migrations(folder);
    return {
      history: await client.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: true, filters: FILTERS }),
      dev: (await client.devDiagnostic({ migrationsList, filters: FILTERS })).action,
      change: await diff(client, { tag: "migrations", ...migrationsList }, { tag: "schemaDatamodel", ...schema() }),
    };
  },
  resolve: async (client, folder, name) => {
    await client.markMigrationApplied({ migrationName: name, migrationsList: migrations(folder) });
    return { applied: name };
  },
};

const [command, ...values] = process.argv.slice(2);
let panic = null;
global.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => (panic = message) };
await loadEngine();
try {
  const client = await engine.SchemaEngine.new(
    { datamodels: schema().files.map((file) => [file.path, file.content]) },
    () => {},
    adapterFactory(),
  );
  console.log(JSON.stringify(await commands[command](client, ...values)));
} catch (error) {
  console.log(JSON.stringify({ error: { code: error.code ?? null, message: panic ?? error.message } }));
}
// The engine keeps its connections.
process.exit(0);
